// One pass of PatchMatch (Barnes et al. 2009) as a gather: every target patch compares its present match with those of
// four neighbours `jump` away (moved along), and with random ones: about its match, and from its class. No order between
// invocations, so the result does not depend on scheduling.
//   targetMap [C,Ht,Wt], sourceMap [C,Hs,Ws]; labels u32 per patch of the valid grids; `members`: source patches sorted by
//   class, class k in [first[k], first[k+1]), first = the leading 257 numbers. A class without members matches any.
//   scale f32 [sources]: a factor on each source patch's distance, when SCALED (any buffer otherwise).
//   previous u32 [targets] -> indices u32 [targets], distances f32 [targets] (squared L2, scaled).
// Grid: one invocation per target patch.
// #import grid
// #import random
@group(0) @binding(0) var<storage, read> targetMap: array<f32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<f32>;
@group(0) @binding(2) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(3) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(4) var<storage, read> members: array<u32>;
@group(0) @binding(5) var<storage, read> previous: array<u32>;
@group(0) @binding(6) var<storage, read> scale: array<f32>;
@group(0) @binding(7) var<storage, read_write> indices: array<u32>;
@group(0) @binding(8) var<storage, read_write> distances: array<f32>;
struct Params { c: i32, ht: i32, wt: i32, hs: i32, ws: i32, side: i32, jump: i32, radius: i32, seed: u32, threads: u32 }
@group(0) @binding(9) var<uniform> params: Params;
override SCALED: bool = false;

const NEVER: f32 = 1e37;

fn factor(s: u32) -> f32 {
  if (SCALED) { return scale[s]; }
  return 1.0;
}

fn distance_to(t: vec2i, s: vec2i, limit: f32) -> f32 {
  let across = params.ws - params.side + 1;
  let down = params.hs - params.side + 1;
  if (s.x < 0 || s.y < 0 || s.x >= across || s.y >= down) { return NEVER; }
  var sum = 0.0;
  for (var k = 0; k < params.c; k++) {
    for (var i = 0; i < params.side; i++) {
      var at = (k * params.ht + t.y + i) * params.wt + t.x;
      var other = (k * params.hs + s.y + i) * params.ws + s.x;
      for (var j = 0; j < params.side; j++) {
        let d = targetMap[at + j] - sourceMap[other + j];
        sum += d * d;
      }
    }
    if (sum >= limit) { return NEVER; }
  }
  return sum;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let across = params.wt - params.side + 1;
  let down = params.ht - params.side + 1;
  let s_across = params.ws - params.side + 1;
  let t = vec2i(i32(thread) % across, i32(thread) / across);
  let label = targetLabels[thread];
  let first = members[label];
  let count = members[label + 1u] - first;
  var best = previous[thread];
  var least = NEVER;
  let own = vec2i(i32(best) % s_across, i32(best) / s_across);
  if (count == 0u || sourceLabels[best] == label) { least = distance_to(t, own, NEVER) * factor(best); }
  for (var n = 0; n < 8; n++) {
    var s: vec2i;
    if (n < 4) {
      let step = select(vec2i(0, select(-1, 1, n == 2)), vec2i(select(-1, 1, n == 0), 0), n < 2) * params.jump;
      let q = t + step;
      if (q.x < 0 || q.y < 0 || q.x >= across || q.y >= down) { continue; }
      let m = i32(previous[q.y * across + q.x]);
      s = vec2i(m % s_across, m / s_across) - step;
    } else {
      let draw = uniform01(lowbias32(params.seed + u32(n)), thread);
      if (n < 7 || count == 0u) {
        let other = uniform01(lowbias32(params.seed + u32(n) + 16u), thread);
        let now = vec2i(i32(best) % s_across, i32(best) / s_across);
        s = now + vec2i(round((vec2f(draw, other) * 2.0 - 1.0) * f32(params.radius)));
      } else {
        let m = i32(members[257u + first + min(u32(draw * f32(count)), count - 1u)]);
        s = vec2i(m % s_across, m / s_across);
      }
    }
    if (s.x < 0 || s.y < 0 || s.x >= s_across || s.y > params.hs - params.side) { continue; }
    let candidate = u32(s.y * s_across + s.x);
    if (candidate == best || (count > 0u && sourceLabels[candidate] != label)) { continue; }
    let f = factor(candidate);
    let d = distance_to(t, s, least / f) * f;
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  indices[thread] = best;
  distances[thread] = least;
}
