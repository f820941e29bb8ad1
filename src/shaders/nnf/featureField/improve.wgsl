// One pass of PatchMatch (Barnes et al. 2009) between two feature maps, as a gather: every target pixel compares its
// present match with those of four neighbors `jump` away (moved along), and with `randoms` random ones about it, the
// first within `radius`, each next within half of that. No order between invocations, so the result does not depend on
// scheduling.
//   target, source: [H,W,channels / 4] of unit vectors: the squared distance of two is 2 - 2 cos. Patches are SIDE x
//   SIDE about a
//   pixel, edges repeated. previous [pixels] -> field [pixels]: x = source pixel, y = bits of its f32 distance. fresh =
//   1: those
//   distances are of other features.
// Grid: one invocation per target pixel.
// #import grid
// #import random
override SIDE: i32 = 3;
@group(0) @binding(0) var<storage, read> target_map: array<vec4f>;
@group(0) @binding(1) var<storage, read> source_map: array<vec4f>;
@group(0) @binding(2) var<storage, read> previous: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> field: array<vec2u>;
struct Params {
  ht: i32, wt: i32, hs: i32, ws: i32, quads: u32, jump: i32, radius: f32, randoms: u32, fresh: u32, stream: u32,
  threads: u32,
}
@group(0) @binding(4) var<uniform> params: Params;

// Squared distance of the patches about t and s; something of at least `limit` where it comes to that.
fn distance_of(t: vec2i, s: vec2i, limit: f32) -> f32 {
  let low = vec2i(0);
  let high_t = vec2i(params.wt, params.ht) - 1;
  let high_s = vec2i(params.ws, params.hs) - 1;
  var sum = 0.0;
  for (var y = -SIDE / 2; y <= SIDE / 2; y++) {
    if (sum >= limit) { return sum; }
    for (var x = -SIDE / 2; x <= SIDE / 2; x++) {
      let p = clamp(t + vec2i(x, y), low, high_t);
      let q = clamp(s + vec2i(x, y), low, high_s);
      let a = u32(p.y * params.wt + p.x) * params.quads;
      let b = u32(q.y * params.ws + q.x) * params.quads;
      for (var c = 0u; c < params.quads; c++) {
        let d = target_map[a + c] - source_map[b + c];
        sum += dot(d, d);
      }
    }
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
  let t = vec2i(i32(thread) % params.wt, i32(thread) / params.wt);
  let size = vec2i(params.wt, params.ht);
  let sources = vec2i(params.ws, params.hs);
  let seed = lowbias32(params.stream);
  var best = previous[thread].x;
  var least = bitcast<f32>(previous[thread].y);
  var at = vec2i(i32(best) % sources.x, i32(best) / sources.x);
  if (params.fresh > 0u) { least = 1e37; }
  var reach = params.radius;
  for (var n = 1u - params.fresh; n < 5u + params.randoms; n++) {
    var s = at;
    if (n > 0u && n < 5u) {
      let step = select(vec2i(0, select(-1, 1, n == 3u)), vec2i(select(-1, 1, n == 1u), 0), n < 3u) * params.jump;
      let q = t + step;
      if (any(q < vec2i(0)) || any(q >= size)) { continue; }
      let m = i32(previous[q.y * size.x + q.x].x);
      s = vec2i(m % sources.x, m / sources.x) - step;
    } else if (n > 4u) {
      let draw = vec2f(uniform01(seed + n, thread), uniform01(lowbias32(seed + n), thread));
      s = at + vec2i(round((draw * 2.0 - 1.0) * reach));
      reach = max(1.0, reach * 0.5);
    }
    if (any(s < vec2i(0)) || any(s >= sources) || (n > 0u && all(s == at))) { continue; }
    let d = distance_of(t, s, least);
    if (d < least) {
      least = d;
      best = u32(s.y * sources.x + s.x);
      at = s;
    }
  }
  field[thread] = vec2u(best, bitcast<u32>(least));
}
