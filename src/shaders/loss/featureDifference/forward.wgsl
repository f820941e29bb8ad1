// From a batch (s, t): (s t + eps) / (s^2 + eps), then t - s. half: vec4 of one sample. Grid: one invocation per vec4
// of a sample.
// #import grid
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
struct Params { half: u32, eps: f32 }
@group(0) @binding(2) var<uniform> params: Params;

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
  y[i] = (s * t + params.eps) / (s * s + params.eps);
  y[i + params.half] = t - s;
}
