// The gradient of spatial/pool/max, as a gather: y[p, iy, ix] = sum of x over the windows that cover (iy, ix) and chose
// it. x, indices [P, ho, wo], y [P, h, w]; an index lies inside its window.
// #import planes
// #import pool
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, h: i32, w: i32, ho: i32, wo: i32, kernel: i32, stride: i32, pad: i32 }
@group(0) @binding(3) var<uniform> params: Params;

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
  let rows = windows(iy, params.kernel, params.stride, params.pad, params.ho);
  let columns = windows(i32(pixel) - iy * params.w, params.kernel, params.stride, params.pad, params.wo);
  let planes = four_planes(group.y * 4u, params.planes, u32(params.ho * params.wo));
  var sum = vec4f();
  for (var oy = rows.x; oy < rows.y; oy++) {
    for (var ox = columns.x; ox < columns.y; ox++) {
      let i = planes + u32(oy * params.wo + ox);
      let chosen = vec4u(indices[i.x], indices[i.y], indices[i.z], indices[i.w]) == vec4u(pixel);
      sum += select(vec4f(), vec4f(x[i.x], x[i.y], x[i.z], x[i.w]), chosen);
    }
  }
  let at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[at.x] = sum.x;
  y[at.y] = sum.y;
  y[at.z] = sum.z;
  y[at.w] = sum.w;
}
