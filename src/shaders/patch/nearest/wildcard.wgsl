// The fall-back of "never match across classes": a target patch whose class has fewer than K source patches gets class
// 0xffffffff, which matches everything; so K matches always exist and none is infinite.
//   targetLabels [targets] u32, counts u32 [256] (patch/nearest/classes) -> labels u32 [targets].
// Grid: one thread per target patch.
// #import grid
@group(0) @binding(0) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(1) var<storage, read> counts: array<u32>;
@group(0) @binding(2) var<storage, read_write> labels: array<u32>;
struct Params { threads: u32, k: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = workgroup_flat(group, groups) * WG + lane;
  if (i >= params.threads) { return; }
  let label = targetLabels[i];
  var known = false;
  if (label < 256u) { known = counts[label] >= params.k; }
  labels[i] = select(0xffffffffu, label, known);
}
