// What a grid system (lib/fivePoint) still lacks, summed over two by two cells: the right side of the coarser system.
//   weights, sums, unknowns vec4f [h,w] -> coarse vec4f [ceil(h/2),ceil(w/2)].
// Grid: one invocation per coarse cell.
// #import grid
// #import fivePoint
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> sums: array<vec4f>;
@group(0) @binding(2) var<storage, read> unknowns: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> coarse: array<vec4f>;
struct Params { h: u32, w: u32, threads: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let half = (params.w + 1u) / 2u;
  let corner = 2u * vec2u(thread % half, thread / half);
  var sum = vec3f(0.0);
  for (var y = corner.y; y < min(corner.y + 2u, params.h); y++) {
    for (var x = corner.x; x < min(corner.x + 2u, params.w); x++) {
      let i = y * params.w + x;
      let around = neighbors_of(i);
      sum += sums[i].xyz + around.xyz - around.w * unknowns[i].xyz;
    }
  }
  coarse[thread] = vec4f(sum, 0.0);
}
