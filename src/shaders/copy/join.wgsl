// y[i] = the sum of those of up to four inputs that reach to i: input k holds the values [low_k, high_k) of y, counted
// in vec4. Serves sums of several gradients, gradients of samples, and joining samples or channels. Grid: one
// invocation per 4 vec4.
// #import grid
@group(0) @binding(0) var<storage, read> x0: array<vec4f>;
@group(0) @binding(1) var<storage, read> x1: array<vec4f>; // any buffer from COUNT on
@group(0) @binding(2) var<storage, read> x2: array<vec4f>;
@group(0) @binding(3) var<storage, read> x3: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
struct Params {
  first: u32, last: u32, // the values of y that are written
  low0: u32, high0: u32, low1: u32, high1: u32, low2: u32, high2: u32, low3: u32, high3: u32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x0: u32, batch_offset_x1: u32, batch_offset_x2: u32, batch_offset_x3: u32,
  batch_offset_y: u32,
}
@group(0) @binding(5) var<uniform> params: Params;
override COUNT: u32 = 4u;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let second = u32(group.z >= params.batch_split);
  let base = params.first + workgroup_flat(group, groups) * WG * 4u + lane;
  for (var j = 0u; j < 4u; j++) {
    let i = base + j * WG;
    if (i >= params.last) { return; }
    var sum = vec4f(0.0);
    if (i >= params.low0 && i < params.high0) { sum = x0[second * params.batch_offset_x0 + i - params.low0]; }
    if (COUNT > 1u && i >= params.low1 && i < params.high1) {
      sum += x1[second * params.batch_offset_x1 + i - params.low1];
    }
    if (COUNT > 2u && i >= params.low2 && i < params.high2) {
      sum += x2[second * params.batch_offset_x2 + i - params.low2];
    }
    if (COUNT > 3u && i >= params.low3 && i < params.high3) {
      sum += x3[second * params.batch_offset_x3 + i - params.low3];
    }
    y[second * params.batch_offset_y + i] = sum;
  }
}
