// One pass of PatchMatch (Barnes et al. 2009) as a gather: every target patch compares its present match with those of
// four neighbors `jump` away (moved along), and with random ones: one of its class, `candidates` - 6 about its match.
// No order between invocations, so the result does not depend on scheduling.
//   Maps [H,W] and distances as in lib/patchField; guides vec4 [H,W,GUIDES], already times their weights.
//   members: the seed; 257 starts; source patches sorted by class, filled up to their number; each patch's class, 255
//   where it may not be taken. A class without members matches any that may.
//   scale f32 [sources]: a factor on each source patch's distance, where `scaled` is 1 (any buffer otherwise).
//   previous [targets] -> field [targets]: x = source patch, y = bits of its f32 distance (squared L2, scaled). fresh =
//   1: the distances in `previous` are of another target map.
// Grid: one invocation per target patch.
// #import grid
// #import random
// #import patchField
@group(0) @binding(0) var<storage, read> targetMap: array<u32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<u32>;
@group(0) @binding(2) var<storage, read> targetGuides: array<vec4f>;
@group(0) @binding(3) var<storage, read> sourceGuides: array<vec4f>;
@group(0) @binding(4) var<storage, read> members: array<u32>;
@group(0) @binding(5) var<storage, read> scale: array<f32>;
@group(0) @binding(6) var<storage, read> previous: array<vec2u>;
@group(0) @binding(7) var<storage, read_write> field: array<vec2u>;
struct Params {
  ht: u32, wt: u32, hs: u32, ws: u32, jump: i32, radius: f32, stream: u32, candidates: u32, fresh: u32, color: f32,
  near: f32, scaled: u32, threads: u32,
}
@group(0) @binding(8) var<uniform> params: Params;

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
  take_patch(vec2u(t));
  let label = u32(own[(SIDE * SIDE) / 2u].w);
  var first = members[1u + label];
  var count = members[2u + label] - first;
  let any_class = count == 0u;
  if (any_class) {
    first = 0u;
    count = members[257];
  }
  let classes = 258u + u32(sources.x * sources.y);
  let seed = lowbias32(members[0] ^ lowbias32(params.stream));
  var best = previous[thread].x;
  var least = bitcast<f32>(previous[thread].y);
  var at = vec2i(i32(best) % sources.x, i32(best) / sources.x);
  if (params.fresh > 0u) { least = NEVER; }
  // Its bound is a parameter, and there is one call: unrolled, this would take drivers half a minute to compile.
  for (var n = 1u - params.fresh; n < params.candidates; n++) {
    var s = at;
    if (n > 0u && n < 5u) {
      let step = select(vec2i(0, select(-1, 1, n == 3u)), vec2i(select(-1, 1, n == 1u), 0), n < 3u) * params.jump;
      let q = t + step;
      if (any(q < vec2i(0)) || any(q >= size)) { continue; }
      let m = i32(previous[q.y * size.x + q.x].x);
      s = vec2i(m % sources.x, m / sources.x) - step;
    } else if (n > 4u) {
      let draw = vec2f(uniform01(seed + n, thread), uniform01(lowbias32(seed + n), thread));
      if (n > 5u) {
        s = at + vec2i(round((draw * 2.0 - 1.0) * params.radius));
      } else {
        let m = i32(members[258u + first + min(u32(draw.x * f32(count)), count - 1u)]);
        s = vec2i(m % sources.x, m / sources.x);
      }
    }
    if (any(s < vec2i(0)) || any(s >= sources) || (n > 0u && all(s == at))) { continue; }
    let candidate = u32(s.y * sources.x + s.x);
    let kind = members[classes + candidate];
    if (select(kind != label, kind == 255u, any_class)) { continue; }
    var factor = 1.0;
    if (params.scaled > 0u) { factor = scale[candidate]; }
    let d = distance_to(vec2u(s), least / factor) * factor;
    if (d < least) {
      least = d;
      best = candidate;
      at = s;
    }
  }
  field[thread] = vec2u(best, bitcast<u32>(least));
}
