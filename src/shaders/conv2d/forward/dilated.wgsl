// 3x3 convolution, stride 1, dilation d = padding (zero), d and the width multiples of 4, on the software adapter:
//   y[n,m,oy,ox] = lrelu(bias[m] + sum over k,kh,kw of x[n,k,oy+(kh-1)*d,ox+(kw-1)*d] * w[m*stride_m + k*stride_k +
//   tap0 + (kh*3+kw)*tap_step])
// Forward and backward-data as in conv2d/forward/k3 (forward: Ci*9, 9, 0, 1; backward: 9, Ci*9, 8, -1).
// x [N,K,H,W] and y [N,M,H,W] as vec4, w [Co,Ci,3,3] as it is. Needs subgroups of LANES.
// One workgroup is one subgroup; a lane computes 4 pixels of 2 rows x 8 channels, one row of taps a step; every tap is
// a whole vec4 aside. Lane j loads the taps of channel j, and a broadcast from a constant lane hands them out. Grid:
// (ceil(ceil(H/2)*(W/4) / LANES), ceil(M/8), N). Limit: address generation of the lane loads (6 vec4 for 192
// multiply-adds).
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16

// slope of the LeakyReLU: 1 for none
struct Params {
  k: u32, m: u32, h: i32, w: i32, dilation: i32, stride_m: u32, stride_k: u32, tap0: u32, tap_step: u32, has_bias: u32,
  slope: f32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

struct Row { left: vec4f, mid: vec4f, right: vec4f } // d columns before, here, d behind

fn read_row(plane_at: u32, i: i32, column: i32) -> Row {
  let across = params.w / 4;
  let aside = params.dilation / 4;
  let there = vec3f(select(vec3f(), vec3f(1.0),
    vec3<bool>(column >= aside, true, column + aside < across))) * select(0.0, 1.0, i >= 0 && i < params.h);
  let at = plane_at + u32(clamp(i, 0, params.h - 1) * across);
  return Row(x[at + u32(max(column - aside, 0))] * there.x, x[at + u32(column)] * there.y,
    x[at + u32(min(column + aside, across - 1))] * there.z);
}

fn convolve(r: Row, t: vec3f) -> vec4f { return r.left * t.x + r.mid * t.y + r.right * t.z; }

fn put(n: u32, m: u32, at: u32, sum: vec4f) {
  if (m >= params.m) { return; }
  var value = sum;
  if (params.has_bias != 0u) { value += bias[m]; }
  y[(n * params.m + m) * u32(params.h * params.w / 4) + at] = select(value * params.slope, value, value > vec4f());
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = u32(params.w) / 4u;
  let place = group.x * LANES + lane;
  let strip = place / across;
  let column = i32(place - strip * across);
  let oy = i32(strip) * 2;
  let plane = u32(params.h) * across;
  let x0 = group.z * params.k * plane;
  let w0 = min(group.y * 8u + (lane & 7u), params.m - 1u) * params.stride_m + params.tap0;

  // row 0
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  // row 1
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  for (var step = 0u; step < params.k * 3u; step++) {
    let k = step / 3u;
    let kh = step - k * 3u;
    let at = w0 + k * params.stride_k + kh * 3u * params.tap_step;
    let t = vec3f(w[at], w[at + params.tap_step], w[at + 2u * params.tap_step]);
    let i = oy + (i32(kh) - 1) * params.dilation;
    let r0 = read_row(x0 + k * plane, i, column);
    let r1 = read_row(x0 + k * plane, i + 1, column);
    let t0 = subgroupBroadcast(t, 0u); a0 += convolve(r0, t0); b0 += convolve(r1, t0);
    let t1 = subgroupBroadcast(t, 1u); a1 += convolve(r0, t1); b1 += convolve(r1, t1);
    let t2 = subgroupBroadcast(t, 2u); a2 += convolve(r0, t2); b2 += convolve(r1, t2);
    let t3 = subgroupBroadcast(t, 3u); a3 += convolve(r0, t3); b3 += convolve(r1, t3);
    let t4 = subgroupBroadcast(t, 4u); a4 += convolve(r0, t4); b4 += convolve(r1, t4);
    let t5 = subgroupBroadcast(t, 5u); a5 += convolve(r0, t5); b5 += convolve(r1, t5);
    let t6 = subgroupBroadcast(t, 6u); a6 += convolve(r0, t6); b6 += convolve(r1, t6);
    let t7 = subgroupBroadcast(t, 7u); a7 += convolve(r0, t7); b7 += convolve(r1, t7);
  }

  let m = group.y * 8u;
  let to = u32(oy) * across + u32(column);
  if (oy >= params.h) { return; }
  put(group.z, m + 0u, to, a0); put(group.z, m + 1u, to, a1);
  put(group.z, m + 2u, to, a2); put(group.z, m + 3u, to, a3);
  put(group.z, m + 4u, to, a4); put(group.z, m + 5u, to, a5);
  put(group.z, m + 6u, to, a6); put(group.z, m + 7u, to, a7);
  if (oy + 1 >= params.h) { return; }
  put(group.z, m + 0u, to + across, b0); put(group.z, m + 1u, to + across, b1);
  put(group.z, m + 2u, to + across, b2); put(group.z, m + 3u, to + across, b3);
  put(group.z, m + 4u, to + across, b4); put(group.z, m + 5u, to + across, b5);
  put(group.z, m + 6u, to + across, b6); put(group.z, m + 7u, to + across, b7);
}
