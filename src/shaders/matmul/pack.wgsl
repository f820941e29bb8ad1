// A matrix reordered for matmul/forward: y[b, k, r] = (x at row 4r, 4r+1, 4r+2, 4r+3 and depth k), 0 beyond `rows`.
// x at b * batch + row * row_step + k * depth_step; y [B][depth][r4] vec4.
// Grid: x and y = (k, r), z = b.
// #import grid
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
struct Params { rows: u32, r4: u32, depth: u32, batch: u32, row_step: u32, depth_step: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = workgroup_flat(group, groups) * WG + lane;
  if (i >= params.r4 * params.depth) { return; }
  let k = i / params.r4;
  let row = (i - k * params.r4) * 4u;
  let at = group.z * params.batch + row * params.row_step + k * params.depth_step;
  var v = vec4f(x[at], 0.0, 0.0, 0.0);
  if (row + 1u < params.rows) { v.y = x[at + params.row_step]; }
  if (row + 2u < params.rows) { v.z = x[at + 2u * params.row_step]; }
  if (row + 3u < params.rows) { v.w = x[at + 3u * params.row_step]; }
  y[group.z * params.r4 * params.depth + i] = v;
}
