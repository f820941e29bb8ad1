// y[n, c, oy, ox] = the value of x[n, c] nearest to the position warp_position(ox, oy), for f32 images and u32 label
// maps. warpMap: one row for all samples (rows = 1) or one per sample (rows = N).
// Grid: x and z = output pixels, y = (sample, four of its channels).
// #import planes
// #import warp
@group(0) @binding(0) var<storage, read> x: array<u32>; // bits: nothing is computed with the values
@group(0) @binding(1) var<storage, read> warpMap: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
struct Params { c: u32, h: u32, w: u32, ho: u32, wo: u32, rows: u32, points: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  if (pixel >= params.ho * params.wo) { return; }
  let slices = (params.c + 3u) / 4u;
  let n = group.y / slices;
  let first = (group.y - n * slices) * 4u;
  let oy = pixel / params.wo;
  let p = warp_position(min(n, params.rows - 1u), params.points, f32(pixel - oy * params.wo), f32(oy));
  let last = vec2u(params.w, params.h) - 1u;
  let nearest = min(vec2u(floor(vec2f(warp_inside(p.x, f32(last.x)), warp_inside(p.y, f32(last.y))) + 0.5)), last);
  let from_at = four_planes(first, params.c, params.h * params.w) + n * params.c * params.h * params.w +
    nearest.y * params.w + nearest.x;
  let size = params.ho * params.wo;
  let at = four_planes(first, params.c, size) + n * params.c * size + pixel;
  y[at.x] = x[from_at.x];
  y[at.y] = x[from_at.y];
  y[at.z] = x[from_at.z];
  y[at.w] = x[from_at.w];
}
