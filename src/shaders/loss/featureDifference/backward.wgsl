// Gradient of loss/featureDifference/forward: with r = (s t + eps) / (s^2 + eps) and q = dr / (s^2 + eps),
//   ds = q (t - 2 s r) - dd, dt = q s + dd. Grid: one invocation per vec4 of a sample.
// #import grid
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
struct Params { half: u32, eps: f32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = workgroup_flat(group, groups) * WG + lane;
  if (i >= params.half) { return; }
  let s = x[i];
  let t = x[i + params.half];
  let below = s * s + params.eps;
  let q = dy[i] / below;
  let dd = dy[i + params.half];
  dx[i] = q * (t - 2.0 * s * ((s * t + params.eps) / below)) - dd;
  dx[i + params.half] = q * s + dd;
}
