// How many source patches each class has, up to 256 classes: for "never match across classes" (patch/nearest/wildcard).
//   sourceLabels [sources] u32, values >= 256 are not counted -> counts u32 [256].
// Grid: one group of 64 per class; 256 groups. Not speed critical: integer sums, so the order does not matter.
@group(0) @binding(0) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(1) var<storage, read_write> counts: array<u32>;
struct Params { sources: u32 }
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> parts: array<u32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var n = 0u;
  for (var i = lane; i < params.sources; i += 64u) { n += select(0u, 1u, sourceLabels[i] == group.x); }
  parts[lane] = n;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0u;
    for (var i = 0u; i < 64u; i++) { total += parts[i]; }
    counts[group.x] = total;
  }
}
