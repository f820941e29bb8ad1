// How often each source patch is used: counts[field[t].x] += 1. Integer atomics: the sum does not depend on the order.
// counts u32 [sources], zero before. Grid: one invocation per target patch.
// #import grid
@group(0) @binding(0) var<storage, read> field: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> counts: array<atomic<u32>>;
struct Params { threads: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread < params.threads) { atomicAdd(&counts[field[thread].x], 1u); }
}
