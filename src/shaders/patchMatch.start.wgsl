// First guess of an approximate nearest-neighbour field: every target patch tries TRIES random source patches, and its
// given one if WARM, and keeps the best by the score of patchNearest.generic (k = 1).
//   given u32 [targets] (read if WARM; other buffers as in patchMatch.step) -> indices, distances [targets].
// Grid: one thread per target patch. The same seed gives the same field.
// #import grid
// #import random
// #import patchScore
override TRIES: u32 = 4u;
override WARM: bool = false;

@group(0) @binding(5) var<storage, read> given: array<u32>;
@group(0) @binding(6) var<storage, read_write> indices: array<u32>;
@group(0) @binding(7) var<storage, read_write> distances: array<f32>;
struct Params {
  c: i32, ht: i32, wt: i32, hs: i32, ws: i32, side: i32, penalty: f32, seed: u32, threads: u32,
}
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = workgroup_flat(group, groups) * WG + lane;
  if (t >= params.threads) { return; }
  let sources = source_patches().x * source_patches().y;
  var arg = 0u;
  var best = 3.4e38;
  if (WARM) {
    arg = min(given[t], u32(sources - 1));
    best = patch_score(t, arg, best);
  }
  for (var i = 0u; i < TRIES; i++) {
    let s = min(u32(uniform01(params.seed, t * TRIES + i) * f32(sources)), u32(sources - 1));
    let d = patch_score(t, s, best);
    if (d < best || (d == best && s < arg)) { best = d; arg = s; }
  }
  indices[t] = arg;
  distances[t] = best;
}
