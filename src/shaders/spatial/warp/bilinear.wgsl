// y[n, c, oy, ox] = x[n, c] at the position warp_position(ox, oy), bilinear. x [N, C, h, w], y [N, C, ho, wo].
// warpMap: one row for all samples (rows = 1) or one per sample (rows = N).
// Grid: x and z = output pixels, y = (sample, four of its channels).
// #import planes
// #import warp
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> warpMap: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { c: u32, h: u32, w: u32, ho: u32, wo: u32, rows: u32, points: u32 }
@group(0) @binding(3) var<uniform> params: Params;

fn load(planes: vec4u, at: u32) -> vec4f {
  let i = planes + at;
  return vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
}

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
  let t = vec2f(warp_inside(p.x, f32(last.x)), warp_inside(p.y, f32(last.y)));
  let low = min(vec2u(t), last);
  let high = min(low + 1u, last);
  let f = t - vec2f(low);
  let planes = four_planes(first, params.c, params.h * params.w) + n * params.c * params.h * params.w;
  let top = mix(load(planes, low.y * params.w + low.x), load(planes, low.y * params.w + high.x), f.x);
  let bottom = mix(load(planes, high.y * params.w + low.x), load(planes, high.y * params.w + high.x), f.x);
  let value = mix(top, bottom, f.y);
  let size = params.ho * params.wo;
  let at = four_planes(first, params.c, size) + n * params.c * size + pixel;
  y[at.x] = value.x;
  y[at.y] = value.y;
  y[at.z] = value.z;
  y[at.w] = value.w;
}
