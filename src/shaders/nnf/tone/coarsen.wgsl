// The coarser grid system (lib/fivePoint) of two by two cells joined: weights between joined cells add up, halved,
// since a correction that is constant in each would be half of what is needed (over-correction, Braess 1995).
//   weights vec4f [h,w] -> coarse vec4f [ceil(h/2),ceil(w/2)].
// Grid: one invocation per coarse cell.
// #import grid
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> coarse: array<vec4f>;
struct Params { h: u32, w: u32, threads: u32 }
@group(0) @binding(2) var<uniform> params: Params;

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
  var sum = vec4f(0.0);
  for (var y = corner.y; y < min(corner.y + 2u, params.h); y++) {
    for (var x = corner.x; x < min(corner.x + 2u, params.w); x++) {
      let own = weights[y * params.w + x];
      // Only edges that leave the joined cell to the right and down count.
      sum += vec4f(select(0.0, 0.5 * own.x, x == corner.x + 1u), select(0.0, 0.5 * own.y, y == corner.y + 1u),
        own.z, 0.0);
    }
  }
  coarse[thread] = sum;
}
