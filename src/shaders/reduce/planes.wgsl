// y[unit] = scale * the sum of the unit's plane (whole vec4) over all samples: plane sample * units + unit of x.
// `LANES` neighboring invocations to a unit. Grid: LANES invocations per unit.
// #import lanes
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
// batch_split: see autograd/passes/batchedPairs.ts
struct Params {
  units: u32, samples: u32, length: u32, scale: f32, batch_split: u32, batch_offset_x: u32, batch_offset_y: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = min(id.x / LANES, params.units - 1u); // a spare invocation repeats the last unit
  let part = id.x % LANES;
  let second = u32(id.z >= params.batch_split);
  var s = vec4f(0.0);
  for (var sample = 0u; sample < params.samples; sample++) {
    let base = second * params.batch_offset_x + (sample * params.units + unit) * params.length;
    for (var k = part; k < params.length; k += LANES) { s += x[base + k]; }
  }
  let sum = over_lanes(s, lane, part);
  if (part == 0u) { y[second * params.batch_offset_y + unit] = sum * params.scale; }
}
