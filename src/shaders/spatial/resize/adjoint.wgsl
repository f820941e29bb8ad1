// The transpose of spatial/resize/forward: y[p, iy, ix] = sum over the positions of x that read (iy, ix) of their
// weight times x. x [P, ho, wo] (the resized size), y [P, h, w]. A gather in a fixed order: no atomics.
// #import planes
// #import resize
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, h: i32, w: i32, ho: i32, wo: i32, scale_y: f32, scale_x: f32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  let size = u32(params.h * params.w);
  if (pixel >= size) { return; }
  let iy = i32(pixel) / params.w;
  let ix = i32(pixel) - iy * params.w;
  let rows = span(iy, params.h, params.ho);
  let columns = span(ix, params.w, params.wo);
  let planes = four_planes(group.y * 4u, params.planes, u32(params.ho * params.wo));
  var sum = vec4f();
  for (var oy = rows.x; oy <= rows.y; oy++) {
    let wy = weight_at(tap(oy, params.h, params.ho, params.scale_y), iy);
    if (wy == 0.0) { continue; }
    for (var ox = columns.x; ox <= columns.y; ox++) {
      let weight = wy * weight_at(tap(ox, params.w, params.wo, params.scale_x), ix);
      if (weight == 0.0) { continue; }
      let i = planes + u32(oy * params.wo + ox);
      sum += weight * vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
    }
  }
  let at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[at.x] = sum.x;
  y[at.y] = sum.y;
  y[at.z] = sum.z;
  y[at.w] = sum.w;
}
