// Gradient of conv2d.forward.half with respect to x, and the forward of the transposed convolution (4x4 or 3x3, stride 2, padding 1):
//   dx[n,m,iy,ix] = bias[m] + sum over k,kh,kw of dy[n,k,oy,ox] * w[k,m,kh,kw], iy = 2*oy+kh-1, ix = 2*ox+kw-1
// by phases: an even row meets kh = 1 (of row oy = iy/2) and 3 (oy-1), an odd one kh = 0 (oy+1) and 2 (oy); columns alike. No
// multiplication by inserted zeros. dy [N,Co,Ho,Wo], dx [N,Ci,H,W] as vec4, W = 2*Wo a multiple of 8, H = 2*Ho or (K = 3) 2*Ho-1;
// w [Co,Ci,K,K] as it is. Needs subgroups of 8.
// One workgroup is one subgroup; a lane computes 2 rows of 8 pixels x 8 channels from 3 rows of 6 columns of dy; columns
// from neighbouring lanes, taps by broadcast as there.
// Grid: (ceil(Ho*(Wo/4) / 8), ceil(Ci/8), N). Limit: keeping 128 sums (4 multiply-adds each a step), then lane loads.
enable subgroups;
override K: u32 = 4;

struct Params { ci: u32, co: u32, h: i32, ho: i32, wo: u32, has_bias: u32 }
@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> w4: array<vec4<f32>>; // w again, as vec4: used when K is 4
@group(0) @binding(3) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(4) var<storage, read_write> dx: array<vec4<f32>>;
@group(0) @binding(5) var<uniform> params: Params;

struct Side { first: bool, last: bool, border: bool, at: u32, part: u32 } // image border left, right; group border inside a row
struct Row { left: vec4<f32>, mid: vec4<f32>, right: vec4<f32> } // columns -1..2, 0..3, 1..4
struct Pair { even: vec4<f32>, odd: vec4<f32> } // columns 0,2,4,6 and 1,3,5,7

fn read_row(at: u32, there: f32, side: Side) -> Row {
  let a = dy[at] * there;
  var beyond = 0.0;
  if (side.border) { beyond = dy[at + side.at][side.part] * there; }
  let left = select(select(subgroupShuffleUp(a.w, 1u), beyond, side.border && side.part == 3u), 0.0, side.first);
  let right = select(select(subgroupShuffleDown(a.x, 1u), beyond, side.border && side.part == 0u), 0.0, side.last);
  return Row(vec4<f32>(left, a.xyz), a, vec4<f32>(a.yzw, right));
}

// Row kh of the taps that start at `at`.
fn read_taps(at: u32, kh: u32) -> vec4<f32> {
  if (K == 4u) { return w4[at / 4u + kh]; }
  return vec4<f32>(w[at + kh * 3u], w[at + kh * 3u + 1u], w[at + kh * 3u + 2u], 0.0);
}

// What one row of dy gives through one row of taps.
fn spread(r: Row, t: vec4<f32>) -> Pair {
  var even = r.mid * t.y;
  if (K == 4u) { even += r.left * t.w; }
  return Pair(even, r.right * t.x + r.mid * t.z);
}

fn add(a: Pair, b: Pair) -> Pair { return Pair(a.even + b.even, a.odd + b.odd); }

fn put(n: u32, m: u32, at: u32, s: Pair) {
  if (m >= params.ci) { return; }
  var shift = 0.0;
  if (params.has_bias != 0u) { shift = bias[m]; }
  let to = (n * params.ci + m) * (u32(params.h) * params.wo / 2u) + at;
  dx[to] = vec4<f32>(s.even.x, s.odd.x, s.even.y, s.odd.y) + shift;
  dx[to + 1u] = vec4<f32>(s.even.z, s.odd.z, s.even.w, s.odd.w) + shift;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.wo / 4u;
  let place = group.x * 8u + lane;
  let oy = i32(place / across);
  let column = place - u32(oy) * across;
  let first = column == 0u;
  let last = column + 1u == across;
  let side = Side(first, last, (lane == 0u && !first) || (lane == 7u && !last), select(1u, 0xffffffffu, lane == 0u), select(0u, 3u, lane == 0u));

  let plane = u32(params.ho) * across;
  let dy0 = group.z * params.co * plane + column;
  let bottom = params.ho - 1;
  let there0 = select(0.0, 1.0, oy >= 1 && oy - 1 <= bottom);
  let there1 = select(0.0, 1.0, oy <= bottom);
  let there2 = select(0.0, 1.0, oy + 1 <= bottom);
  var at0 = dy0 + u32(clamp(oy - 1, 0, bottom)) * across;
  var at1 = dy0 + u32(clamp(oy, 0, bottom)) * across;
  var at2 = dy0 + u32(clamp(oy + 1, 0, bottom)) * across;
  var taps_at = min(group.y * 8u + lane, params.ci - 1u) * K * K;

  var e0 = Pair(); var o0 = Pair(); var e1 = Pair(); var o1 = Pair(); var e2 = Pair(); var o2 = Pair(); var e3 = Pair(); var o3 = Pair();
  var e4 = Pair(); var o4 = Pair(); var e5 = Pair(); var o5 = Pair(); var e6 = Pair(); var o6 = Pair(); var e7 = Pair(); var o7 = Pair();
  for (var k = 0u; k < params.co; k++) {
    let t0 = read_taps(taps_at, 0u);
    let t1 = read_taps(taps_at, 1u);
    let t2 = read_taps(taps_at, 2u);
    var t3 = vec4<f32>();
    if (K == 4u) { t3 = read_taps(taps_at, 3u); }
    var r0 = Row();
    if (K == 4u) { r0 = read_row(at0, there0, side); }
    let r1 = read_row(at1, there1, side);
    let r2 = read_row(at2, there2, side);
    o0 = add(o0, add(spread(r2, subgroupBroadcast(t0, 0u)), spread(r1, subgroupBroadcast(t2, 0u))));
    o1 = add(o1, add(spread(r2, subgroupBroadcast(t0, 1u)), spread(r1, subgroupBroadcast(t2, 1u))));
    o2 = add(o2, add(spread(r2, subgroupBroadcast(t0, 2u)), spread(r1, subgroupBroadcast(t2, 2u))));
    o3 = add(o3, add(spread(r2, subgroupBroadcast(t0, 3u)), spread(r1, subgroupBroadcast(t2, 3u))));
    o4 = add(o4, add(spread(r2, subgroupBroadcast(t0, 4u)), spread(r1, subgroupBroadcast(t2, 4u))));
    o5 = add(o5, add(spread(r2, subgroupBroadcast(t0, 5u)), spread(r1, subgroupBroadcast(t2, 5u))));
    o6 = add(o6, add(spread(r2, subgroupBroadcast(t0, 6u)), spread(r1, subgroupBroadcast(t2, 6u))));
    o7 = add(o7, add(spread(r2, subgroupBroadcast(t0, 7u)), spread(r1, subgroupBroadcast(t2, 7u))));
    if (K == 4u) {
      e0 = add(e0, add(spread(r1, subgroupBroadcast(t1, 0u)), spread(r0, subgroupBroadcast(t3, 0u))));
      e1 = add(e1, add(spread(r1, subgroupBroadcast(t1, 1u)), spread(r0, subgroupBroadcast(t3, 1u))));
      e2 = add(e2, add(spread(r1, subgroupBroadcast(t1, 2u)), spread(r0, subgroupBroadcast(t3, 2u))));
      e3 = add(e3, add(spread(r1, subgroupBroadcast(t1, 3u)), spread(r0, subgroupBroadcast(t3, 3u))));
      e4 = add(e4, add(spread(r1, subgroupBroadcast(t1, 4u)), spread(r0, subgroupBroadcast(t3, 4u))));
      e5 = add(e5, add(spread(r1, subgroupBroadcast(t1, 5u)), spread(r0, subgroupBroadcast(t3, 5u))));
      e6 = add(e6, add(spread(r1, subgroupBroadcast(t1, 6u)), spread(r0, subgroupBroadcast(t3, 6u))));
      e7 = add(e7, add(spread(r1, subgroupBroadcast(t1, 7u)), spread(r0, subgroupBroadcast(t3, 7u))));
    } else {
      e0 = add(e0, spread(r1, subgroupBroadcast(t1, 0u)));
      e1 = add(e1, spread(r1, subgroupBroadcast(t1, 1u)));
      e2 = add(e2, spread(r1, subgroupBroadcast(t1, 2u)));
      e3 = add(e3, spread(r1, subgroupBroadcast(t1, 3u)));
      e4 = add(e4, spread(r1, subgroupBroadcast(t1, 4u)));
      e5 = add(e5, spread(r1, subgroupBroadcast(t1, 5u)));
      e6 = add(e6, spread(r1, subgroupBroadcast(t1, 6u)));
      e7 = add(e7, spread(r1, subgroupBroadcast(t1, 7u)));
    }
    at0 += plane; at1 += plane; at2 += plane;
    taps_at += params.ci * K * K;
  }

  if (oy > bottom) { return; }
  let m = group.y * 8u;
  let to = (u32(oy) * 2u * across + column) * 2u;
  put(group.z, m + 0u, to, e0);
  put(group.z, m + 1u, to, e1);
  put(group.z, m + 2u, to, e2);
  put(group.z, m + 3u, to, e3);
  put(group.z, m + 4u, to, e4);
  put(group.z, m + 5u, to, e5);
  put(group.z, m + 6u, to, e6);
  put(group.z, m + 7u, to, e7);
  if (2 * oy + 1 >= params.h) { return; }
  put(group.z, m + 0u, to + 2u * across, o0);
  put(group.z, m + 1u, to + 2u * across, o1);
  put(group.z, m + 2u, to + 2u * across, o2);
  put(group.z, m + 3u, to + 2u * across, o3);
  put(group.z, m + 4u, to + 2u * across, o4);
  put(group.z, m + 5u, to + 2u * across, o5);
  put(group.z, m + 6u, to + 2u * across, o6);
  put(group.z, m + 7u, to + 2u * across, o7);
}
