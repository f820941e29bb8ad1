// Index-mapped copy over [N, C, H, W]: y at out + (position . out strides) = x at in + (position . in strides), or 0
// where the position lies outside [low, high) on any axis. Serves slice, crop, zero pad, expand, permute, flip, concat.
// Grid: x = positions of one [H, W] plane, y = plane of the written region. Strides may be negative or 0.
@group(0) @binding(0) var<storage, read> x: array<u32>; // bits: the copy serves f32 and u32 alike
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
struct Params {
  planes: u32, c: u32, h: u32, w: u32,
  low0: i32, low1: i32, low2: i32, low3: i32,
  high0: i32, high1: i32, high2: i32, high3: i32,
  xin: i32, xn: i32, xc: i32, xh: i32, xw: i32,
  yout: i32, yn: i32, yc: i32, yh: i32, yw: i32,
}
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = id.y + id.z * 32768u;
  if (id.x >= params.h * params.w || plane >= params.planes) { return; }
  let p = vec4i(i32(plane / params.c), i32(plane % params.c), i32(id.x / params.w), i32(id.x % params.w));
  let low = vec4i(params.low0, params.low1, params.low2, params.low3);
  let high = vec4i(params.high0, params.high1, params.high2, params.high3);
  var value = 0u;
  if (all(p >= low) && all(p < high)) {
    value = x[params.xin + p.x * params.xn + p.y * params.xc + p.z * params.xh + p.w * params.xw];
  }
  y[params.yout + p.x * params.yn + p.y * params.yc + p.z * params.yh + p.w * params.yw] = value;
}
