// One step of an approximate nearest-neighbour field (PatchMatch with jump-flood propagation: no scan line). Each target
// patch tries what its eight neighbours at `jump` matched, moved back by the jump, then random source patches around its
// best at radius, radius/2, ... 1, and keeps the best by the score of patchNearest.generic (k = 1; ties to the lower index).
//   oldIndices u32 [targets] -> indices u32, distances f32 [targets]; maps, labels, scale as in the generic kernel.
// Grid: one thread per target patch. Run with jump = 8, 4, 2, 1 and a new seed each time; the same seeds give the same bits.
// #import grid
// #import random
// #import patchScore
@group(0) @binding(5) var<storage, read> oldIndices: array<u32>;
@group(0) @binding(6) var<storage, read_write> indices: array<u32>;
@group(0) @binding(7) var<storage, read_write> distances: array<f32>;
struct Params {
  c: i32, ht: i32, wt: i32, hs: i32, ws: i32, side: i32, penalty: f32, seed: u32, jump: i32, radius: i32, threads: u32,
}
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = workgroup_flat(group, groups) * WG + lane;
  if (t >= params.threads) { return; }
  let sources = source_patches();
  let targets = target_patches();
  let at = vec2i(i32(t) % targets.x, i32(t) / targets.x);
  var arg = oldIndices[t];
  var best = patch_score(t, arg, 3.4e38); // again, not stored: a device need allow only 8 storage buffers
  for (var n = 0; n < 9; n++) {
    let offset = vec2i(n % 3 - 1, n / 3 - 1) * params.jump;
    let near = at + offset;
    if (n == 4 || any(near < vec2i(0)) || any(near >= targets)) { continue; }
    let theirs = i32(oldIndices[near.y * targets.x + near.x]);
    let to = vec2i(theirs % sources.x, theirs / sources.x) - offset;
    if (any(to < vec2i(0)) || any(to >= sources)) { continue; }
    let s = u32(to.y * sources.x + to.x);
    if (s == arg) { continue; }
    let d = patch_score(t, s, best);
    if (d < best || (d == best && s < arg)) { best = d; arg = s; }
  }
  var count = t * 64u;
  for (var r = params.radius; r >= 1; r /= 2) {
    let around = vec2i(i32(arg) % sources.x, i32(arg) / sources.x);
    let low = max(around - r, vec2i(0));
    let span = vec2f(min(around + r, sources - 1) - low + 1);
    let pick = vec2i(vec2f(uniform01(params.seed, count), uniform01(params.seed, count + 1u)) * span);
    count += 2u;
    let to = min(low + pick, sources - 1);
    let s = u32(to.y * sources.x + to.x);
    if (s == arg) { continue; }
    let d = patch_score(t, s, best);
    if (d < best || (d == best && s < arg)) { best = d; arg = s; }
  }
  indices[t] = arg;
  distances[t] = best;
}
