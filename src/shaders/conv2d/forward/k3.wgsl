// 3x3 convolution, stride 1, padding 1 (zero or reflect), width a multiple of 4: the fast path of the software adapter.
//   y[n,m,oy,ox] = lrelu(bias[m] + sum over k,kh,kw of x[n,k,oy+kh-1,ox+kw-1] * w[m*stride_m + k*stride_k + tap0 +
//   (kh*3+kw)*tap_step])
// Forward: m = Co, stride_m = Ci*9, stride_k = 9, tap0 = 0, tap_step = 1: w [Co,Ci,3,3] as it is, nothing packed.
// Backward-data: x = dy, m = Ci, stride_m = 9, stride_k = Ci*9, tap0 = 8, tap_step = -1 (the kernel, flipped), mirror =
// 1 for reflect padding, H even: what falls beyond the border is added to the row or column it mirrors onto before the
// taps meet it. x [N,K,H,W] and y [N,M,H,W] as vec4. Needs subgroups of LANES.
// One workgroup is one subgroup; a lane computes 4 pixels of ROWS rows (2; 1 where few pixels would leave lanes idle),
// x 8 output channels. Where an image needs at most half of the lanes, a workgroup takes several (lib/fold). The
// columns beside a lane's own come from the neighboring lanes, at the ends of the group (and with 16 lanes, whose
// shuffles are slow, always) from memory. Lane j loads the taps of channel j, and a broadcast from a constant lane
// hands them out: no workgroup memory, no barriers.
// Grid: (ceil(ceil(H/ROWS)*(W/4) / LANES), ceil(M/8), ceil(N/samples of a workgroup)). Limit: address generation of
// lane loads, then multiply and add units.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
override ROWS: u32 = 2;
// #import fold

struct Params {
  k: u32, m: u32, h: i32, w: i32, stride_m: u32, stride_k: u32, tap0: u32, tap_step: u32, reflect: u32, mirror: u32,
  has_bias: u32,
  slope: f32, // of the LeakyReLU, 1 for none
  n: u32, second_n: u32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x: u32, batch_offset_w: u32, batch_offset_bias: u32, batch_offset_y: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// image border left, right; group border inside a row
struct Side { first: bool, last: bool, border: bool, at: u32, part: u32 }
struct Place { a: vec4f, left: f32, right: f32 } // a lane's own columns, and those beside
struct Row { left: vec4f, mid: vec4f, right: vec4f } // columns -1..2, 0..3, 1..4
struct Sums { a: vec4f, b: vec4f } // of both rows
struct Taps { top: vec3f, mid: vec3f, low: vec3f }

fn read_row(at: u32, there: f32, side: Side) -> Place {
  let a = x[at] * there;
  if (LANES > 8u) { return Place(a, x[at - u32(!side.first)].w * there, x[at + u32(!side.last)].x * there); }
  var beyond = 0.0;
  if (side.border) { beyond = x[at + side.at][side.part] * there; }
  return Place(a, select(subgroupShuffleUp(a.w, 1u), beyond, side.border && side.part == 3u),
    select(subgroupShuffleDown(a.x, 1u), beyond, side.border && side.part == 0u));
}

fn spread(p: Place, side: Side, reflect: bool, mirror: vec2f) -> Row {
  let left = select(p.left, select(0.0, p.a.y, reflect), side.first);
  let right = select(p.right, select(0.0, p.a.z, reflect), side.last);
  return Row(vec4f(left, p.a.x, p.a.y + mirror.y * p.a.w, p.a.z), p.a,
    vec4f(p.a.y, p.a.z + mirror.x * p.a.x, p.a.w, right));
}

fn convolve(r0: Row, r1: Row, r2: Row, t: Taps) -> vec4f {
  return r0.left * t.top.x + r0.mid * t.top.y + r0.right * t.top.z
    + r1.left * t.mid.x + r1.mid * t.mid.y + r1.right * t.mid.z
    + r2.left * t.low.x + r2.mid * t.low.y + r2.right * t.low.z;
}

fn add(s: Sums, r0: Row, r1: Row, r2: Row, r3: Row, t: Taps) -> Sums {
  let a = s.a + convolve(r0, r1, r2, t);
  if (ROWS == 1u) { return Sums(a, s.b); }
  return Sums(a, s.b + convolve(r1, r2, r3, t));
}

fn read_taps(at: u32) -> Taps {
  let step = params.tap_step;
  return Taps(vec3f(w[at], w[at + step], w[at + 2u * step]),
    vec3f(w[at + 3u * step], w[at + 4u * step], w[at + 5u * step]),
    vec3f(w[at + 6u * step], w[at + 7u * step], w[at + 8u * step]));
}

fn put(second: u32, n: u32, m: u32, at: u32, sum: vec4f) {
  if (m >= params.m) { return; }
  var value = sum;
  if (params.has_bias != 0u) { value += bias[second * params.batch_offset_bias + m]; }
  let to = second * params.batch_offset_y + (n * params.m + m) * u32(params.h * params.w / 4) + at;
  y[to] = select(value * params.slope, value, value > vec4f());
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = u32(params.w) / 4u;
  let second = u32(group.z >= params.batch_split);
  let samples = select(params.n, params.second_n, second == 1u);
  let slot = fold(group, lane, LANES, (u32(params.h) + ROWS - 1u) / ROWS * across,
    group.z - second * params.batch_split);
  let n = min(slot.sample, samples - 1u);
  let strip = slot.place / across;
  let column = slot.place - strip * across;
  let oy = i32(strip * ROWS);
  let reflect = params.reflect != 0u;
  let first = column == 0u;
  let last = column + 1u == across;
  let side = Side(first, last, (lane == 0u && !first) || (lane + 1u == LANES && !last),
    select(1u, 0xffffffffu, lane == 0u), select(0u, 3u, lane == 0u));

  let plane = u32(params.h) * across;
  let x0 = second * params.batch_offset_x + n * params.k * plane + column;
  let bottom = params.h - 1;
  let mirrored = params.mirror != 0u;
  let mirror = select(vec2f(), vec2f(1.0), vec2<bool>(mirrored && first, mirrored && last));
  let upper = select(0.0, 1.0, mirrored && oy + i32(ROWS) == 2);
  let lower = select(0.0, 1.0, mirrored && oy + 1 == bottom);
  let i0 = select(oy - 1, bottom - abs(bottom - abs(oy - 1)), reflect);
  let i1 = select(oy, bottom - abs(bottom - abs(oy)), reflect);
  let i2 = select(oy + 1, bottom - abs(bottom - abs(oy + 1)), reflect);
  let i3 = select(oy + 2, bottom - abs(bottom - abs(oy + 2)), reflect);
  let there0 = select(0.0, 1.0, i0 >= 0 && i0 <= bottom);
  let there1 = select(0.0, 1.0, i1 >= 0 && i1 <= bottom);
  let there2 = select(0.0, 1.0, i2 >= 0 && i2 <= bottom);
  let there3 = select(0.0, 1.0, i3 >= 0 && i3 <= bottom);
  var at0 = x0 + u32(clamp(i0, 0, bottom)) * across;
  var at1 = x0 + u32(clamp(i1, 0, bottom)) * across;
  var at2 = x0 + u32(clamp(i2, 0, bottom)) * across;
  var at3 = x0 + u32(clamp(i3, 0, bottom)) * across;
  var taps_at = min(group.y * 8u + (lane & 7u), params.m - 1u) * params.stride_m + params.tap0 +
    second * params.batch_offset_w;

  var s0 = Sums(); var s1 = Sums(); var s2 = Sums(); var s3 = Sums();
  var s4 = Sums(); var s5 = Sums(); var s6 = Sums(); var s7 = Sums();
  for (var k = 0u; k < params.k; k++) {
    let taps = read_taps(taps_at);
    var p0 = read_row(at0, there0, side);
    let p1 = read_row(at1, there1, side);
    var p2 = read_row(at2, there2, side);
    var p3 = Place();
    if (ROWS > 1u) { p3 = read_row(at3, there3, side); }
    let top = p0;
    p0 = Place(p0.a + lower * p2.a, p0.left + lower * p2.left, p0.right + lower * p2.right);
    if (ROWS > 1u) { p3 = Place(p3.a + upper * p1.a, p3.left + upper * p1.left, p3.right + upper * p1.right); }
    else { p2 = Place(p2.a + upper * top.a, p2.left + upper * top.left, p2.right + upper * top.right); }
    let r0 = spread(p0, side, reflect, mirror);
    let r1 = spread(p1, side, reflect, mirror);
    let r2 = spread(p2, side, reflect, mirror);
    let r3 = spread(p3, side, reflect, mirror);
    s0 = add(s0, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 0u), subgroupBroadcast(taps.mid, 0u),
      subgroupBroadcast(taps.low, 0u)));
    s1 = add(s1, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 1u), subgroupBroadcast(taps.mid, 1u),
      subgroupBroadcast(taps.low, 1u)));
    s2 = add(s2, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 2u), subgroupBroadcast(taps.mid, 2u),
      subgroupBroadcast(taps.low, 2u)));
    s3 = add(s3, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 3u), subgroupBroadcast(taps.mid, 3u),
      subgroupBroadcast(taps.low, 3u)));
    s4 = add(s4, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 4u), subgroupBroadcast(taps.mid, 4u),
      subgroupBroadcast(taps.low, 4u)));
    s5 = add(s5, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 5u), subgroupBroadcast(taps.mid, 5u),
      subgroupBroadcast(taps.low, 5u)));
    s6 = add(s6, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 6u), subgroupBroadcast(taps.mid, 6u),
      subgroupBroadcast(taps.low, 6u)));
    s7 = add(s7, r0, r1, r2, r3, Taps(subgroupBroadcast(taps.top, 7u), subgroupBroadcast(taps.mid, 7u),
      subgroupBroadcast(taps.low, 7u)));
    at0 += plane;
    at1 += plane;
    at2 += plane;
    at3 += plane;
    taps_at += params.stride_k;
  }

  let m = group.y * 8u;
  if (slot.sample < samples && oy < params.h) {
    let to = u32(oy) * across + column;
    put(second, n, m + 0u, to, s0.a); put(second, n, m + 1u, to, s1.a);
    put(second, n, m + 2u, to, s2.a); put(second, n, m + 3u, to, s3.a);
    put(second, n, m + 4u, to, s4.a); put(second, n, m + 5u, to, s5.a);
    put(second, n, m + 6u, to, s6.a); put(second, n, m + 7u, to, s7.a);
  }
  if (ROWS > 1u && slot.sample < samples && oy + 1 < params.h) {
    let to = u32(oy + 1) * across + column;
    put(second, n, m + 0u, to, s0.b); put(second, n, m + 1u, to, s1.b);
    put(second, n, m + 2u, to, s2.b); put(second, n, m + 3u, to, s3.b);
    put(second, n, m + 4u, to, s4.b); put(second, n, m + 5u, to, s5.b);
    put(second, n, m + 6u, to, s6.b); put(second, n, m + 7u, to, s7.b);
  }
}
