// y[i] = value. Grid: one thread per vec4.
// #import grid
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
struct Params { n4: u32, value: f32 }
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = workgroup_flat(group, groups) * WG + lane;
  if (i < params.n4) { y[i] = vec4f(params.value); }
}
