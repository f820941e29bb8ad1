// y[p, oy, ox] = the largest x of the window, indices = where in its plane; the first in row order where several are
// equal. Positions outside the plane do not take part; pad <= kernel / 2, so every window holds some. Sizes as in
// spatial/pool/average.
// #import planes
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
struct Params { planes: u32, h: i32, w: i32, ho: i32, wo: i32, kernel: i32, stride: i32, pad: i32 }
@group(0) @binding(3) var<uniform> params: Params;

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
  let start = vec2i(i32(pixel) - oy * params.wo, oy) * params.stride - params.pad;
  let low = max(start, vec2i(0));
  let high = min(start + params.kernel, vec2i(params.w, params.h));
  let planes = four_planes(group.y * 4u, params.planes, u32(params.h * params.w));
  let corner = u32(low.y * params.w + low.x);
  let c = planes + corner;
  var best = vec4f(x[c.x], x[c.y], x[c.z], x[c.w]);
  var arg = vec4u(corner);
  for (var iy = low.y; iy < high.y; iy++) {
    for (var ix = low.x; ix < high.x; ix++) {
      let position = u32(iy * params.w + ix);
      let i = planes + position;
      let v = vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
      arg = select(arg, vec4u(position), v > best);
      best = max(best, v);
    }
  }
  let at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[at.x] = best.x;
  y[at.y] = best.y;
  y[at.z] = best.z;
  y[at.w] = best.w;
  indices[at.x] = arg.x;
  indices[at.y] = arg.y;
  indices[at.z] = arg.z;
  indices[at.w] = arg.w;
}
