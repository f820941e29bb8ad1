// y[p, oy, ox] = x[p, mirror(oy - top), mirror(ox - left)]: the border mirrored without repeating the edge (each pad <
// size). x [P, h, w], y [P, ho, wo].
// #import planes
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, h: i32, w: i32, ho: i32, wo: i32, top: i32, left: i32 }
@group(0) @binding(2) var<uniform> params: Params;

fn mirror(i: i32, n: i32) -> i32 { return n - 1 - abs(n - 1 - abs(i)); }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  let size = u32(params.ho * params.wo);
  if (pixel >= size) { return; }
  let oy = i32(pixel) / params.wo;
  let ox = i32(pixel) - oy * params.wo;
  let at = u32(mirror(oy - params.top, params.h) * params.w + mirror(ox - params.left, params.w));
  let source = four_planes(group.y * 4u, params.planes, u32(params.h * params.w)) + at;
  let target_at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[target_at.x] = x[source.x];
  y[target_at.y] = x[source.y];
  y[target_at.z] = x[source.z];
  y[target_at.w] = x[source.w];
}
