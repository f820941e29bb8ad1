// Exact k nearest source patches of every target patch: the plain form, right on every adapter.
//   targetMap [C,Ht,Wt], sourceMap [C,Hs,Ws] f32; targetLabels [targets], sourceLabels [sources] u32, a patch's class;
//   scale [sources] f32; -> indices u32 [K,targets], distances f32 [K,targets], nearest first.
//   score = d * scale[s] + (classes differ ? penalty : 0); equal scores go to the lower source index. scale > 0.
//   d: METRIC 0 = L1, 1 = squared L2 (both sums), 2 = cosine, 1 - <t,s> / max(|t||s|, 1e-8).
//   Target class 0xffffffff matches every class. LABELS or SCALED 0: bind any buffer there, it is not read.
//   CLAMP 0: patches lie inside, index = y * (W-p+1) + x of their upper left pixel. CLAMP 1: one patch centered on
//   every pixel, index = y * W + x, coordinates clamped at the border.
// Grid: one thread per target patch from params.first on, params.count of them. K 1..8, K <= sources, p odd.
// A source patch is dropped as soon as its partial score is no better than the K-th best so far (not for cosine).
// #import grid
override K: u32 = 1u;
override METRIC: u32 = 0u;
override LABELS: bool = false;
override SCALED: bool = false;
override CLAMP: bool = false;

@group(0) @binding(0) var<storage, read> targetMap: array<f32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<f32>;
@group(0) @binding(2) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(3) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;
@group(0) @binding(5) var<storage, read_write> indices: array<u32>;
@group(0) @binding(6) var<storage, read_write> distances: array<f32>;
struct Params {
  c: i32, ht: i32, wt: i32, hs: i32, ws: i32, side: i32, penalty: f32, first: u32, count: u32, threads: u32,
}
@group(0) @binding(7) var<uniform> params: Params;

const FAR: f32 = 3.4e38;

/** Patch distance at two upper left corners; may stop early, then it is at least `limit`. */
fn distance_at(t: vec2i, s: vec2i, limit: f32) -> f32 {
  let p = params.side;
  var sum = 0.0;
  var tt = 0.0;
  var ss = 0.0;
  for (var c = 0; c < params.c; c++) {
    for (var i = 0; i < p; i++) {
      var ty = t.y + i;
      var sy = s.y + i;
      if (CLAMP) { ty = clamp(ty, 0, params.ht - 1); sy = clamp(sy, 0, params.hs - 1); }
      let trow = (c * params.ht + ty) * params.wt;
      let srow = (c * params.hs + sy) * params.ws;
      for (var j = 0; j < p; j++) {
        var tx = t.x + j;
        var sx = s.x + j;
        if (CLAMP) { tx = clamp(tx, 0, params.wt - 1); sx = clamp(sx, 0, params.ws - 1); }
        let a = targetMap[trow + tx];
        let b = sourceMap[srow + sx];
        if (METRIC == 0u) { sum += abs(a - b); }
        if (METRIC == 1u) { sum += (a - b) * (a - b); }
        if (METRIC == 2u) { sum += a * b; tt += a * a; ss += b * b; }
      }
    }
    if (METRIC != 2u && sum >= limit) { return sum; }
  }
  if (METRIC == 2u) { return 1.0 - sum / max(sqrt(tt) * sqrt(ss), 1e-8); }
  return sum;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let target_index = params.first + thread;
  let inset = select(params.side - 1, 0, CLAMP);
  let shift = select(0, (params.side - 1) / 2, CLAMP);
  let across = u32(params.wt - inset);
  let s_across = params.ws - inset;
  let s_down = params.hs - inset;
  let t = vec2i(i32(target_index % across), i32(target_index / across)) - shift;
  var label = 0xffffffffu;
  if (LABELS) { label = targetLabels[target_index]; }

  // The K best, sorted; a later source enters only if strictly better, so ties stay with the lower index.
  var best = array<f32, 8>(FAR, FAR, FAR, FAR, FAR, FAR, FAR, FAR);
  var arg = array<u32, 8>();
  var worst = FAR;
  for (var y = 0; y < s_down; y++) {
    for (var x = 0; x < s_across; x++) {
      let index = u32(y * s_across + x);
      var extra = 0.0;
      var factor = 1.0;
      if (LABELS) { extra = select(params.penalty, 0.0, label == 0xffffffffu || label == sourceLabels[index]); }
      if (extra >= worst) { continue; }
      if (SCALED) { factor = scale[index]; }
      // An early stop must not lose a tie-free winner to rounding: leave a margin before giving up.
      var limit = FAR;
      if (worst < FAR) { limit = (worst - extra) / factor * 1.000001; }
      let score = distance_at(t, vec2i(x, y) - shift, limit) * factor + extra;
      if (score < worst) {
        var d = score;
        var a = index;
        var placed = false; // from there on everything moves down one, ties included
        for (var k = 0u; k < K; k++) {
          if (placed || d < best[k]) {
            placed = true;
            let pd = best[k]; let pa = arg[k];
            best[k] = d; arg[k] = a;
            d = pd; a = pa;
          }
        }
        worst = best[K - 1u];
      }
    }
  }
  for (var k = 0u; k < K; k++) {
    distances[k * params.count + target_index] = best[k];
    indices[k * params.count + target_index] = arg[k];
  }
}
