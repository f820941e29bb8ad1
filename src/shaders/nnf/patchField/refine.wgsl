// One pass over a part of a large field that a coarser level has decided: every target patch compares its match with
// those of four neighbors `jump` away (moved along) and with random ones at most `radius` away from the best so far.
// Only colors and classes are compared, so that a level needs no memory but its pixels; a match found here has the
// class of the target patch's center. Where all matches about a patch agree, its distance is that of rounding, and
// nothing is tried.
//   targetMap packed [ht,wt]; sourceMap, sourceRest packed [hs,ws] (lib/sourcePixels).
//   distance = sum over the patch of |rgb difference|^2 (of colors in [-1,1]) + near for each pixel of another class,
//   and next to infinite for each source pixel of class 255: those are taken only where nothing else was found.
//   previous vec2u [targets] -> field vec2u [targets]: x = source patch, y = its tone (lib/tone), which comes along
//   with a neighbor's match; costs f32 [targets]: the distances.
//   The part's corner is (x, y) in a level of `across` x `down` patches that repeats itself: random numbers are by the
//   place in the level, so the result does not depend on how the level is cut.
// Grid: one invocation per target patch.
// #import grid
// #import random
// #import sourcePixels
// #import tone
override SIDE: u32 = 5u;
const NEVER: f32 = 1e37;
const FORBIDDEN: f32 = 1e30;
const ROUNDING: f32 = 4e-5;   // of a pixel: half a step of a byte in each channel, squared, at most
@group(0) @binding(0) var<storage, read> targetMap: array<u32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<u32>;
@group(0) @binding(2) var<storage, read> sourceRest: array<u32>;
@group(0) @binding(3) var<storage, read> previous: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> field: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> costs: array<f32>;
struct Params {
  ht: u32, wt: u32, hs: u32, ws: u32, x: i32, y: i32, across: i32, down: i32, jump: i32, radius: f32, seed: u32,
  stream: u32, candidates: u32, color: f32, near: f32, threads: u32,
}
@group(0) @binding(6) var<uniform> params: Params;

fn unpacked(v: u32) -> vec4f {
  return vec4f(f32(v & 255u), f32((v >> 8u) & 255u), f32((v >> 16u) & 255u), f32(v >> 24u));
}

fn distance_to(t: vec2u, s: vec2u, tone: vec3f, limit: f32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < SIDE; i++) {
    if (sum >= limit) { return NEVER; }
    let mine = (t.y + i) * params.wt + t.x;
    let theirs = (s.y + i) * params.ws + s.x;
    var colors = vec3f(0.0);
    var classes = 0.0;
    for (var j = 0u; j < SIDE; j++) {
      let other = unpacked(source_pixel(theirs + j));
      let d = unpacked(targetMap[mine + j]) - other;
      let toned = d.xyz - tone;
      colors += toned * toned;
      classes += select(select(0.0, 1.0, d.w != 0.0), FORBIDDEN, other.w == 255.0);
    }
    sum += params.color * (colors.x + colors.y + colors.z) + params.near * classes;
  }
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
  let size = vec2i(vec2u(params.wt, params.ht) - SIDE + 1u);
  let sources = vec2i(vec2u(params.ws, params.hs) - SIDE + 1u);
  let t = vec2i(i32(thread) % size.x, i32(thread) / size.x);
  let whole = vec2i(params.across, params.down);
  let place = (t + vec2i(params.x, params.y) + whole) % whole;
  let number = u32(place.y * whole.x + place.x);
  let middle = SIDE / 2u;
  let label = targetMap[(u32(t.y) + middle) * params.wt + u32(t.x) + middle] >> 24u;
  let seed = lowbias32(params.seed ^ lowbias32(params.stream));
  var best = previous[thread].x;
  var tone = previous[thread].y;
  var least = NEVER;
  var at = vec2i(i32(best) % sources.x, i32(best) / sources.x);
  let rounding = ROUNDING * f32(SIDE * SIDE);
  // One call in a loop with a bound from outside: unrolled, this would take drivers long to compile.
  for (var n = 0u; n < params.candidates; n++) {
    if (least <= rounding) { break; }
    var s = at;
    var its = tone;
    if (n > 0u && n < 5u) {
      let step = select(vec2i(0, select(-1, 1, n == 3u)), vec2i(select(-1, 1, n == 1u), 0), n < 3u) * params.jump;
      let q = t + step;
      if (any(q < vec2i(0)) || any(q >= size)) { continue; }
      let entry = previous[q.y * size.x + q.x];
      let m = i32(entry.x);
      its = entry.y;
      s = vec2i(m % sources.x, m / sources.x) - step;
    } else if (n > 4u) {
      let draw = vec2f(uniform01(seed + n, number), uniform01(lowbias32(seed + n), number));
      s = at + vec2i(round((draw * 2.0 - 1.0) * params.radius));
    }
    if (any(s < vec2i(0)) || any(s >= sources) || (n > 0u && all(s == at))) { continue; }
    let middle_pixel = (u32(s.y) + middle) * params.ws + u32(s.x) + middle;
    if (n > 0u && source_pixel(middle_pixel) >> 24u != label) { continue; }
    let d = distance_to(vec2u(t), vec2u(s), unpacked_tone(its) * 127.5, least);
    if (d < least) {
      least = d;
      best = u32(s.y * sources.x + s.x);
      at = s;
      tone = its;
    }
  }
  field[thread] = vec2u(best, tone);
  costs[thread] = least;
}
