// 7x7 convolution, stride 1, padding 3 (zero or reflect), width a multiple of 4, on the software adapter:
//   y[n,co,oy,ox] = bias[co] + sum over ci,kh,kw of x[n,ci,oy+kh-3,ox+kw-3] * w[co,ci,kh,kw]
// x [N,Ci,H,W] and y [N,Co,H,W] as vec4, w [Co,Ci,7,7] as it is. Needs subgroups of LANES.
// One workgroup is one subgroup; a lane computes 4 pixels of 2 rows x 8 output channels, one row of taps a step. The
// columns beside come from the neighboring lanes, at the ends of the group (and with 16 lanes,
// whose shuffles are slow, always) from memory; taps by broadcast: lane j loads those of channel j.
// Grid: (ceil(ceil(H/2)*(W/4) / LANES), ceil(Co/8), N). Limit: address generation of the lane loads.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16

struct Params { ci: u32, co: u32, h: i32, w: u32, reflect: u32, has_bias: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// image border left, right; group border; its vec4
struct Side { first: bool, last: bool, before: bool, behind: bool, at: u32 }

// The vec4 that starts at column t - 3 of the middle one.
fn shifted(l: vec4f, m: vec4f, r: vec4f) -> array<vec4f, 7> {
  return array<vec4f, 7>(vec4f(l.yzw, m.x), vec4f(l.zw, m.xy), vec4f(l.w, m.xyz), m,
    vec4f(m.yzw, r.x), vec4f(m.zw, r.xy), vec4f(m.w, r.xyz));
}

fn read_row(plane_at: u32, row: i32, across: u32, side: Side) -> array<vec4f, 7> {
  let reflect = params.reflect != 0u;
  let bottom = params.h - 1;
  let i = select(row, bottom - abs(bottom - abs(row)), reflect);
  let there = select(0.0, 1.0, i >= 0 && i <= bottom);
  let at = plane_at + u32(clamp(i, 0, bottom)) * across;
  let m = x[at] * there;
  var l = vec4f();
  var r = vec4f();
  if (LANES > 8u) {
    l = x[at - u32(!side.first)] * there;
    r = x[at + u32(!side.last)] * there;
  } else {
    var beyond = vec4f();
    if (side.before || side.behind) { beyond = x[at + side.at] * there; }
    l = select(subgroupShuffleUp(m, 1u), beyond, side.before);
    r = select(subgroupShuffleDown(m, 1u), beyond, side.behind);
  }
  l = select(l, select(vec4f(), m.xwzy, reflect), side.first);
  r = select(r, select(vec4f(), m.zyxw, reflect), side.last);
  return shifted(l, m, r);
}

fn convolve(r: array<vec4f, 7>, a: vec4f, b: vec3f) -> vec4f {
  return r[0] * a.x + r[1] * a.y + r[2] * a.z + r[3] * a.w + r[4] * b.x + r[5] * b.y + r[6] * b.z;
}

fn put(n: u32, m: u32, at: u32, sum: vec4f) {
  if (m >= params.co) { return; }
  var value = sum;
  if (params.has_bias != 0u) { value += bias[m]; }
  y[(n * params.co + m) * (u32(params.h) * params.w / 4u) + at] = value;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.w / 4u;
  let place = group.x * LANES + lane;
  let strip = place / across;
  let column = place - strip * across;
  let oy = i32(strip) * 2;
  let first = column == 0u;
  let last = column + 1u == across;
  let side = Side(first, last, lane == 0u && !first, lane + 1u == LANES && !last, select(1u, 0xffffffffu, lane == 0u));
  let plane = u32(params.h) * across;
  let x0 = group.z * params.ci * plane + column;
  var taps_at = min(group.y * 8u + (lane & 7u), params.co - 1u) * params.ci * 49u;

  // row 0
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  // row 1
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  var k = 0u;
  var kh = 0;
  for (var step = 0u; step < params.ci * 7u; step++) {
    let p = vec4f(w[taps_at], w[taps_at + 1u], w[taps_at + 2u], w[taps_at + 3u]);
    let q = vec3f(w[taps_at + 4u], w[taps_at + 5u], w[taps_at + 6u]);
    let r0 = read_row(x0 + k * plane, oy + kh - 3, across, side);
    let r1 = read_row(x0 + k * plane, oy + kh - 2, across, side);
    let p0 = subgroupBroadcast(p, 0u); let q0 = subgroupBroadcast(q, 0u);
    a0 += convolve(r0, p0, q0); b0 += convolve(r1, p0, q0);
    let p1 = subgroupBroadcast(p, 1u); let q1 = subgroupBroadcast(q, 1u);
    a1 += convolve(r0, p1, q1); b1 += convolve(r1, p1, q1);
    let p2 = subgroupBroadcast(p, 2u); let q2 = subgroupBroadcast(q, 2u);
    a2 += convolve(r0, p2, q2); b2 += convolve(r1, p2, q2);
    let p3 = subgroupBroadcast(p, 3u); let q3 = subgroupBroadcast(q, 3u);
    a3 += convolve(r0, p3, q3); b3 += convolve(r1, p3, q3);
    let p4 = subgroupBroadcast(p, 4u); let q4 = subgroupBroadcast(q, 4u);
    a4 += convolve(r0, p4, q4); b4 += convolve(r1, p4, q4);
    let p5 = subgroupBroadcast(p, 5u); let q5 = subgroupBroadcast(q, 5u);
    a5 += convolve(r0, p5, q5); b5 += convolve(r1, p5, q5);
    let p6 = subgroupBroadcast(p, 6u); let q6 = subgroupBroadcast(q, 6u);
    a6 += convolve(r0, p6, q6); b6 += convolve(r1, p6, q6);
    let p7 = subgroupBroadcast(p, 7u); let q7 = subgroupBroadcast(q, 7u);
    a7 += convolve(r0, p7, q7); b7 += convolve(r1, p7, q7);
    taps_at += 7u;
    kh++;
    if (kh == 7) { kh = 0; k++; }
  }

  let m = group.y * 8u;
  let to = u32(oy) * across + column;
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
