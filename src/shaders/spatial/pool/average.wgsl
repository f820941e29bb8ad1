// y[p, oy, ox] = (1 / kernel^2) * sum over the window of x, zeros outside; the zeros count (PyTorch's
// count_include_pad). x [P, h, w], y [P, ho, wo]; the window of (oy, ox) starts at (oy * stride - pad, ox * stride -
// pad).
// #import planes
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, h: i32, w: i32, ho: i32, wo: i32, kernel: i32, stride: i32, pad: i32 }
@group(0) @binding(2) var<uniform> params: Params;

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
  var sum = vec4f();
  for (var iy = low.y; iy < high.y; iy++) {
    for (var ix = low.x; ix < high.x; ix++) {
      let i = planes + u32(iy * params.w + ix);
      sum += vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
    }
  }
  sum /= f32(params.kernel * params.kernel);
  let at = four_planes(group.y * 4u, params.planes, size) + pixel;
  y[at.x] = sum.x;
  y[at.y] = sum.y;
  y[at.z] = sum.z;
  y[at.w] = sum.w;
}
