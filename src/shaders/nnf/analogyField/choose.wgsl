// One anti-diagonal of Image Analogies, part three: the nearest source of all lanes' best (ties: the lower index), or
// the coherent one where no source is nearer by the factor; its pixel of A' is copied into B'.
//   parts, followed: see nnf/analogyField/search; source f32: the source's stack, `made` offsets of A' and B' in the
//   stacks.
//   stack f32: the target's; matches u32 [h,w]. Grid: one invocation per slot.
// #import grid
@group(0) @binding(0) var<storage, read> parts: array<vec2u>;
@group(0) @binding(1) var<storage, read> followed: array<vec2u>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> stack: array<f32>;
@group(0) @binding(4) var<storage, read_write> matches: array<u32>;
struct Params {
  w: u32, planes: u32, pixels: u32, sources: u32, made_source: u32, made: u32, lanes: u32, time: u32, first: u32,
  count: u32,
}
@group(0) @binding(5) var<uniform> params: Params;
const NEVER: f32 = 1e37;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let slot = workgroup_flat(group, groups) * WG + lane;
  if (slot >= params.count) { return; }
  var best = followed[slot].x;
  var least = NEVER;
  for (var i = 0u; i < params.lanes; i++) {
    let one = parts[slot * params.lanes + i];
    let d = bitcast<f32>(one.y);
    if (d < least || (d == least && d < NEVER && one.x < best)) {
      least = d;
      best = one.x;
    }
  }
  let y = params.first + slot;
  let at = y * params.w + params.time - 3u * y;
  matches[at] = best;
  for (var c = 0u; c < params.planes; c++) {
    stack[params.made + c * params.pixels + at] = source[params.made_source + c * params.sources + best];
  }
}
