// One anti-diagonal of Image Analogies, part two: the nearest of all source features for eight pixels at a time. A
// source is left as soon as it cannot be taken: no nearer than the best so far, or not nearer than the coherent
// candidate by `factor`.
//   features f32 [entries][sources], queries, followed: see analogyField.front.
//   parts vec2u [slots][lanes]: best source of those that are `lane` modulo `lanes`, bits of its distance.
// Grid: x over lanes, y = eight slots.
// #import grid
@group(0) @binding(0) var<storage, read> features: array<f32>;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read> followed: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> parts: array<vec2u>;
struct Params { entries: u32, sources: u32, lanes: u32, factor: f32 }
@group(0) @binding(4) var<uniform> params: Params;
const NEVER: f32 = 1e37;

fn limits(slot: u32) -> vec4f {
  return vec4f(bitcast<f32>(followed[slot].y), bitcast<f32>(followed[slot + 1u].y),
    bitcast<f32>(followed[slot + 2u].y), bitcast<f32>(followed[slot + 3u].y));
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = group.x * WG + lane;
  let slot = group.y * 8u;
  let limit_a = limits(slot);
  let limit_b = limits(slot + 4u);
  let first_a = slot / 4u * params.entries * 2u;
  let first_b = first_a + params.entries * 2u;
  var least_a = vec4f(NEVER);
  var least_b = vec4f(NEVER);
  var best_a = vec4u(0u);
  var best_b = vec4u(0u);
  for (var p = thread; p < params.sources; p += params.lanes) {
    var a = vec4f(0.0);
    var b = vec4f(0.0);
    for (var k = 0u; k < params.entries; k++) {
      let f = features[k * params.sources + p];
      let da = queries[first_a + 2u * k] - f;
      let db = queries[first_b + 2u * k] - f;
      a += queries[first_a + 2u * k + 1u] * (da * da);
      b += queries[first_b + 2u * k + 1u] * (db * db);
      if (k % 4u == 3u && all((a * params.factor >= limit_a) | (a >= least_a)) &&
        all((b * params.factor >= limit_b) | (b >= least_b))) {
        break;
      }
    }
    let better_a = (a < least_a) & (a * params.factor < limit_a);
    let better_b = (b < least_b) & (b * params.factor < limit_b);
    least_a = select(least_a, a, better_a);
    least_b = select(least_b, b, better_b);
    best_a = select(best_a, vec4u(p), better_a);
    best_b = select(best_b, vec4u(p), better_b);
  }
  for (var i = 0u; i < 4u; i++) {
    parts[(slot + i) * params.lanes + thread] = vec2u(best_a[i], bitcast<u32>(least_a[i]));
    parts[(slot + 4u + i) * params.lanes + thread] = vec2u(best_b[i], bitcast<u32>(least_b[i]));
  }
}
