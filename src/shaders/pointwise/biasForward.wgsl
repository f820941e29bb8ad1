// y = lrelu(x + bias[c]) for planes of whole vec4, or y = x + bias[c] + skip with SKIP.
// Grid: x = vec4 of one plane, y = plane n * C + c.
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read> skip: array<vec4f>; // any buffer without SKIP
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
struct Params {
  planes: u32, c: u32, length: u32, slope: f32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x: u32, batch_offset_bias: u32, batch_offset_skip: u32, batch_offset_y: u32,
}
@group(0) @binding(4) var<uniform> params: Params;
override SKIP: bool = false;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let second = u32(id.z >= params.batch_split);
  let plane = id.y + (id.z - second * params.batch_split) * 32768u;
  if (id.x >= params.length || plane >= params.planes) { return; }
  let i = plane * params.length + id.x;
  let z = x[second * params.batch_offset_x + i] + bias[second * params.batch_offset_bias + plane % params.c];
  let to = second * params.batch_offset_y + i;
  if (SKIP) {
    y[to] = z + skip[second * params.batch_offset_skip + i];
  } else { y[to] = select(z * params.slope, z, z > vec4f(0.0)); }
}
