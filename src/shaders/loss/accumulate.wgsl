// sums[slot_k] += x_k[0] for up to six losses: they add up on the device, to be read every few steps. Grid: one
// invocation.
@group(0) @binding(0) var<storage, read> x0: array<f32>;
@group(0) @binding(1) var<storage, read> x1: array<f32>; // any buffer from `count` on
@group(0) @binding(2) var<storage, read> x2: array<f32>;
@group(0) @binding(3) var<storage, read> x3: array<f32>;
@group(0) @binding(4) var<storage, read> x4: array<f32>;
@group(0) @binding(5) var<storage, read> x5: array<f32>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;
struct Params { count: u32, s0: u32, s1: u32, s2: u32, s3: u32, s4: u32, s5: u32 }
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  sums[params.s0] += x0[0];
  if (params.count > 1u) { sums[params.s1] += x1[0]; }
  if (params.count > 2u) { sums[params.s2] += x2[0]; }
  if (params.count > 3u) { sums[params.s3] += x3[0]; }
  if (params.count > 4u) { sums[params.s4] += x4[0]; }
  if (params.count > 5u) { sums[params.s5] += x5[0]; }
}
