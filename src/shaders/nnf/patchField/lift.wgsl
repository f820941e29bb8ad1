// A coarser level's field at a finer one: each patch takes its coarse patch's match, at the same place inside it.
// Sizes are of patch grids, pixels of fine and coarse level are `across` and `down` apart in scale; r = half the patch.
// carry = 1: the second numbers go along, as tones do; else they become 0.
// Both fields may be of cut-outs, whose corners (pixels of their level) are at (x, y) and (cx, cy).
//   coarse vec2u [ch,cw] (matches in a source grid bw wide) -> field vec2u [th,tw] (matches in a source grid [sh,sw]).
// Grid: one invocation per fine patch.
// #import grid
@group(0) @binding(0) var<storage, read> coarse: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> field: array<vec2u>;
struct Params {
  tw: i32, cw: i32, ch: i32, bw: i32, sw: i32, sh: i32, r: i32, across: f32, down: f32, x: i32, y: i32, cx: i32,
  cy: i32, carry: u32, threads: u32,
}
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let f = vec2f(params.across, params.down);
  let shift = f32(params.r) + 0.5;   // pixel centers lie at halves
  let fine = vec2f(f32(i32(thread) % params.tw + params.x), f32(i32(thread) / params.tw + params.y)) + shift;
  let corner = vec2i(params.cx, params.cy);
  let c = clamp(vec2i(round(fine / f - shift)) - corner, vec2i(0), vec2i(params.cw, params.ch) - 1);
  let entry = coarse[c.y * params.cw + c.x];
  let m = i32(entry.x);
  let own = vec2f(f32(m % params.bw), f32(m / params.bw));
  let to = (own + shift) * f + fine - (vec2f(c + corner) + shift) * f;
  let s = clamp(vec2i(round(to - shift)), vec2i(0), vec2i(params.sw, params.sh) - 1);
  field[thread] = vec2u(u32(s.y * params.sw + s.x), select(0u, entry.y, params.carry > 0u));
}
