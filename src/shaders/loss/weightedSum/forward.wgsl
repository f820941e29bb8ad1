// y = sum of weight_k * x_k[0] over up to six scalars. Grid: one invocation.
@group(0) @binding(0) var<storage, read> x0: array<f32>;
@group(0) @binding(1) var<storage, read> x1: array<f32>; // any buffer from `count` on
@group(0) @binding(2) var<storage, read> x2: array<f32>;
@group(0) @binding(3) var<storage, read> x3: array<f32>;
@group(0) @binding(4) var<storage, read> x4: array<f32>;
@group(0) @binding(5) var<storage, read> x5: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
struct Params { count: u32, w0: f32, w1: f32, w2: f32, w3: f32, w4: f32, w5: f32 }
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  var sum = params.w0 * x0[0];
  if (params.count > 1u) { sum += params.w1 * x1[0]; }
  if (params.count > 2u) { sum += params.w2 * x2[0]; }
  if (params.count > 3u) { sum += params.w3 * x3[0]; }
  if (params.count > 4u) { sum += params.w4 * x4[0]; }
  if (params.count > 5u) { sum += params.w5 * x5[0]; }
  y[0] = sum;
}
