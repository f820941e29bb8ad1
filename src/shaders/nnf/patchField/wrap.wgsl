// The margins of a map made what they continue: `mx` and `my` pixels at each side repeat the other side's inner ones,
// in place. Only margins are written and only inner pixels read, so the order does not matter. map u32 [ht,wt]. Grid:
// one invocation per pixel.
// #import grid
@group(0) @binding(0) var<storage, read_write> map: array<u32>;
struct Params { ht: i32, wt: i32, mx: i32, my: i32, threads: u32 }
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let at = vec2i(i32(thread) % params.wt, i32(thread) / params.wt);
  let margin = vec2i(params.mx, params.my);
  let inner = vec2i(params.wt, params.ht) - 2 * margin;
  let inside = at - margin;
  if (all(inside >= vec2i(0)) && all(inside < inner)) { return; }
  let source = (inside + inner) % inner + margin;   // margins are no wider than what they repeat
  map[thread] = map[source.y * params.wt + source.x];
}
