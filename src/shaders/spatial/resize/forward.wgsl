// y [P, ho, wo] = x [P, h, w] resampled, nearest or bilinear (lib/resize.wgsl has where each output reads).
// scale_y = h / ho, scale_x = w / wo; only the nearest mode reads them.
// #import planes
// #import resize
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, h: i32, w: i32, ho: i32, wo: i32, scale_y: f32, scale_x: f32 }
@group(0) @binding(2) var<uniform> params: Params;

fn load(planes: vec4u, at: i32) -> vec4f {
  let i = planes + u32(at);
  return vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
}

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
  let r = tap(oy, params.h, params.ho, params.scale_y);
  let c = tap(i32(pixel) - oy * params.wo, params.w, params.wo, params.scale_x);
  let planes = four_planes(group.y * 4u, params.planes, u32(params.h * params.w));
  var value = load(planes, r.low * params.w + c.low);
  if (MODE != 0u) {
    let top = value * (1.0 - c.weight) + load(planes, r.low * params.w + c.high) * c.weight;
    let bottom = load(planes, r.high * params.w + c.low) * (1.0 - c.weight) +
      load(planes, r.high * params.w + c.high) * c.weight;
    value = top * (1.0 - r.weight) + bottom * r.weight;
  }
  let at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[at.x] = value.x;
  y[at.y] = value.y;
  y[at.z] = value.z;
  y[at.w] = value.w;
}
