// The best of several candidates per target patch: partIndices u32, partDistances f32 [chunks,targets] -> indices u32,
// distances f32 [targets]. Equal distances go to the lower index. Grid: one thread per target patch.
// #import grid
@group(0) @binding(0) var<storage, read> partIndices: array<u32>;
@group(0) @binding(1) var<storage, read> partDistances: array<f32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;
struct Params { threads: u32, chunks: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = workgroup_flat(group, groups) * WG + lane;
  if (i >= params.threads) { return; }
  var d = partDistances[i];
  var a = partIndices[i];
  for (var c = 1u; c < params.chunks; c++) {
    let e = partDistances[c * params.threads + i];
    let b = partIndices[c * params.threads + i];
    if (e < d || (e == d && b < a)) { d = e; a = b; }
  }
  distances[i] = d;
  indices[i] = a;
}
