// The coarser system's solution added to each of the cells that it joined.
//   coarse vec4f [ceil(h/2),ceil(w/2)] -> unknowns vec4f [h,w], in place.
// Grid: one invocation per cell.
// #import grid
@group(0) @binding(0) var<storage, read> coarse: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> unknowns: array<vec4f>;
struct Params { w: u32, threads: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let at = vec2u(thread % params.w, thread / params.w) / 2u;
  unknowns[thread] += coarse[at.y * ((params.w + 1u) / 2u) + at.x];
}
