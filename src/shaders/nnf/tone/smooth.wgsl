// Half a Gauss-Seidel sweep over a grid system (lib/fivePoint): the cells of one color of a checkerboard, in place.
// They read cells of the other color only, so the order does not matter.
//   weights, sums vec4f [h,w] -> unknowns vec4f [h,w].
// Grid: one invocation per cell.
// #import grid
// #import fivePoint
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> sums: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> unknowns: array<vec4f>;
struct Params { h: u32, w: u32, color: u32, threads: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  if (((thread % params.w + thread / params.w) & 1u) != params.color) { return; }
  let around = neighbors_of(thread);
  unknowns[thread] = vec4f((sums[thread].xyz + around.xyz) / max(around.w, 1e-12), 0.0);
}
