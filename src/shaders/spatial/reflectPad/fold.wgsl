// The adjoint of spatial/reflectPad/forward, as a gather: y[p, iy, ix] = sum of x over all padded positions that mirror
// onto (iy, ix). x [P, h + top + bottom, w + left + right], y [P, h, w].
// #import planes
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, h: i32, w: i32, top: i32, bottom: i32, left: i32, right: i32 }
@group(0) @binding(2) var<uniform> params: Params;

// Padded positions of index i on an axis of n: itself, its mirror before the start, its mirror behind the end (-1:
// none).
fn mirrors(i: i32, n: i32, before: i32, behind: i32) -> vec3i {
  return vec3i(before + i,
    select(-1, before - i, i > 0 && i <= before),
    select(-1, before + 2 * (n - 1) - i, i < n - 1 && i >= n - 1 - behind));
}
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
  let size = u32(params.h * params.w);
  if (pixel >= size) { return; }
  let width = params.w + params.left + params.right;
  let iy = i32(pixel) / params.w;
  let rows = mirrors(iy, params.h, params.top, params.bottom);
  let columns = mirrors(i32(pixel) - iy * params.w, params.w, params.left, params.right);
  let planes = four_planes(group.y * 4u, params.planes, u32((params.h + params.top + params.bottom) * width));
  var sum = vec4f();
  for (var r = 0; r < 3; r++) {
    let row = select(select(rows.z, rows.y, r == 1), rows.x, r == 0);
    if (row < 0) { continue; }
    sum += load(planes, row * width + columns.x);
    if (columns.y >= 0) { sum += load(planes, row * width + columns.y); }
    if (columns.z >= 0) { sum += load(planes, row * width + columns.z); }
  }
  let at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[at.x] = sum.x;
  y[at.y] = sum.y;
  y[at.z] = sum.z;
  y[at.w] = sum.w;
}
