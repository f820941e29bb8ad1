// One anti-diagonal of Image Analogies, part one: pixels (x, y) with x + 3 y = time, all of whose causal neighbors
// (two rows up, two columns either side; two to the left) have smaller times. Each takes up its feature, and finds the
// best of the coherent candidates: its neighbors' matches, moved along.
//   stack, table: as in analogyField.features, of the target; features f32 [entries][sources]; matches u32 [h,w].
//   queries vec4f [slots / 4][entries][2]: values of four pixels, then their weights (0 where the neighbor lies
//   outside);
//   followed vec2u [slots]: candidate, bits of its distance (NEVER without one). Slot i is the pixel in row first + i.
// `candidates`: 12, as a parameter since a constant would be unrolled. Grid: one invocation per slot, slots a multiple
// of 8; those over `count` become pixels that nothing is near to.
// #import grid
@group(0) @binding(0) var<storage, read> stack: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<i32>;
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> matches: array<u32>;
@group(0) @binding(4) var<storage, read_write> queries: array<f32>;
@group(0) @binding(5) var<storage, read_write> followed: array<vec2u>;
struct Params {
  w: i32, h: i32, cw: i32, ch: i32, sw: i32, sh: i32, entries: u32, time: i32, first: i32, count: u32, slots: u32,
  candidates: i32,
}
@group(0) @binding(6) var<uniform> params: Params;
const NEVER: f32 = 1e37;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let slot = workgroup_flat(group, groups) * WG + lane;
  if (slot >= params.slots) { return; }
  let used = slot < params.count;
  let y = params.first + i32(slot);
  let p = select(vec2i(0), vec2i(params.time - 3 * y, y), used);
  let base = slot / 4u * params.entries * 8u + slot % 4u;
  for (var k = 0u; k < params.entries; k++) {
    let down = table[6u * k + 2u] != 0;
    let size = select(vec2i(params.w, params.h), vec2i(params.cw, params.ch), down);
    let at = select(p, p / 2, down) + vec2i(table[6u * k + 3u], table[6u * k + 4u]);
    let inside = used && all(at >= vec2i(0)) && all(at < size);
    let near = clamp(at, vec2i(0), size - 1);
    queries[base + k * 8u] = stack[table[6u * k + 1u] + near.y * size.x + near.x];
    queries[base + k * 8u + 4u] = select(0.0, bitcast<f32>(table[6u * k + 5u]), inside);
  }
  var best = 0u;
  var least = select(0.0, NEVER, used);
  let sources = u32(params.sw * params.sh);
  for (var i = 0; i < params.candidates; i++) {
    let step = vec2i(i % 5 - 2, i / 5 - 2);
    let q = p + step;
    if (!used || any(q < vec2i(0)) || q.x >= params.w) { continue; }
    let m = i32(matches[q.y * params.w + q.x]);
    let s = vec2i(m % params.sw, m / params.sw) - step;
    if (any(s < vec2i(0)) || s.x >= params.sw || s.y >= params.sh) { continue; }
    let candidate = u32(s.y * params.sw + s.x);
    var sum = 0.0;
    for (var k = 0u; k < params.entries; k++) {
      let d = queries[base + k * 8u] - features[k * sources + candidate];
      sum += queries[base + k * 8u + 4u] * (d * d);
    }
    if (sum < least) {
      least = sum;
      best = candidate;
    }
  }
  followed[slot] = vec2u(best, bitcast<u32>(least));
}
