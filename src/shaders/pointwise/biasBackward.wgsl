// Gradients of lrelu(x + bias) from its output y: dx = dy where y > 0, slope * dy elsewhere; dbias[c] = the sum of dx
// over c's planes (whole vec4). slope >= 0, so y has the sign of x + bias. `LANES` neighboring invocations to a
// channel. Grid: LANES invocations per channel.
// #import lanes
@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dbias: array<f32>;
struct Params {
  c: u32, samples: u32, length: u32, slope: f32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_y: u32, batch_offset_dy: u32, batch_offset_dx: u32, batch_offset_dbias: u32,
}
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = min(id.x / LANES, params.c - 1u); // a spare invocation repeats the last channel
  let part = id.x % LANES;
  let second = u32(id.z >= params.batch_split);
  var s = vec4f(0.0);
  for (var sample = 0u; sample < params.samples; sample++) {
    let base = (sample * params.c + channel) * params.length;
    for (var k = part; k < params.length; k += LANES) {
      let d = dy[second * params.batch_offset_dy + base + k];
      let v = select(d * params.slope, d, y[second * params.batch_offset_y + base + k] > vec4f(0.0));
      dx[second * params.batch_offset_dx + base + k] = v;
      s += v;
    }
  }
  let sum = over_lanes(s, lane, part);
  if (part == 0u) { dbias[second * params.batch_offset_dbias + channel] = sum; }
}
