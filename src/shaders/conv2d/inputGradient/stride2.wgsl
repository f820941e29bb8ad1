// Gradient of conv2d/forward/stride2 with respect to x, and the forward of the transposed convolution (4x4 or 3x3,
// stride 2, padding 1):
//   dx[n,m,iy,ix] = bias[m] + sum over k,kh,kw of dy[n,k,oy,ox] * w[k,m,kh,kw], iy = 2*oy+kh-1, ix = 2*ox+kw-1
// by phases: an even row meets kh = 1 (of row oy = iy/2) and 3 (oy-1), an odd one kh = 0 (oy+1) and 2 (oy); columns
// alike. No multiplication by inserted zeros (but for K = 3 in even rows, whose kh = 3 does not exist).
// dy [N,Co,Ho,Wo], dx [N,Ci,H,W] as vec4, W = 2*Wo a multiple of 8, H = 2*Ho or (K = 3) 2*Ho-1; w [Co,Ci,K,K] as it is.
// Needs subgroups of LANES. One workgroup is one subgroup and one phase of rows; a lane computes 2 rows of 8 pixels, iy
// and iy+2, x 8 channels from 3 rows of 6 columns of dy; columns from neighboring lanes, at the ends of the group from
// memory (BORDER: unless groups hold whole rows, Wo 4, 8, 16 or 32), taps by broadcast.
// Grid: (ceil(ceil(Ho/2)*(Wo/4) / LANES), ceil(Ci/8), 2*ceil(N/samples of a workgroup)), see lib/fold. Limit: keeping
// 128 sums (4 multiply-adds each a step), then lane loads.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
// #import fold
override K: u32 = 4;
override BORDER: bool = true;

struct Params {
  ci: u32, co: u32, h: i32, ho: i32, wo: u32, has_bias: u32, n: u32, second_n: u32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_dy: u32, batch_offset_w: u32, batch_offset_w4: u32, batch_offset_bias: u32,
  batch_offset_dx: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> w4: array<vec4f>; // w again, as vec4: used when K is 4
@group(0) @binding(3) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

// image border left, right; group border inside a row
struct Side { first: bool, last: bool, border: bool, at: u32, part: u32 }
struct Row { left: vec4f, mid: vec4f, right: vec4f } // columns -1..2, 0..3, 1..4
struct Pair { even: vec4f, odd: vec4f } // columns 0,2,4,6 and 1,3,5,7
struct Sums { a: Pair, b: Pair } // of both rows

fn read_row(at: u32, there: f32, side: Side) -> Row {
  let a = dy[at] * there;
  var left = 0.0;
  var right = 0.0;
  if (LANES > 8u) {
    left = dy[at - u32(!side.first)].w * there;
    right = dy[at + u32(!side.last)].x * there;
  } else {
    left = subgroupShuffleUp(a.w, 1u);
    right = subgroupShuffleDown(a.x, 1u);
    if (BORDER) {
      var beyond = 0.0;
      if (side.border) { beyond = dy[at + side.at][side.part] * there; }
      left = select(left, beyond, side.border && side.part == 3u);
      right = select(right, beyond, side.border && side.part == 0u);
    }
  }
  left = select(left, 0.0, side.first);
  right = select(right, 0.0, side.last);
  return Row(vec4f(left, a.xyz), a, vec4f(a.yzw, right));
}

// Row kh of the taps that start at `at`.
fn read_taps(at: u32, kh: u32) -> vec4f {
  if (K == 4u) { return w4[at / 4u + kh]; }
  let from_w = at + min(kh, 2u) * 3u;
  return vec4f(w[from_w], w[from_w + 1u], w[from_w + 2u], 0.0) * select(1.0, 0.0, kh == 3u);
}

// What one row of dy gives through one row of taps.
fn spread(r: Row, t: vec4f) -> Pair {
  var even = r.mid * t.y;
  if (K == 4u) { even += r.left * t.w; }
  return Pair(even, r.right * t.x + r.mid * t.z);
}

fn add(s: Pair, a: Pair, b: Pair) -> Pair { return Pair(s.even + (a.even + b.even), s.odd + (a.odd + b.odd)); }

// `upper`, `lower`: the taps that meet the upper and the lower row of dy.
fn step(s: Sums, r0: Row, r1: Row, r2: Row, upper: vec4f, lower: vec4f) -> Sums {
  return Sums(add(s.a, spread(r0, upper), spread(r1, lower)), add(s.b, spread(r1, upper), spread(r2, lower)));
}

fn write(to: u32, s: Pair, shift: f32) {
  dx[to] = vec4f(s.even.x, s.odd.x, s.even.y, s.odd.y) + shift;
  dx[to + 1u] = vec4f(s.even.z, s.odd.z, s.even.w, s.odd.w) + shift;
}

fn put(second: u32, n: u32, m: u32, at: u32, s: Sums, both: bool) {
  if (m >= params.ci) { return; }
  var shift = 0.0;
  if (params.has_bias != 0u) { shift = bias[second * params.batch_offset_bias + m]; }
  let to = second * params.batch_offset_dx + (n * params.ci + m) * (u32(params.h) * params.wo / 2u) + at;
  write(to, s.a, shift);
  if (both) { write(to + params.wo, s.b, shift); }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.wo / 4u;
  let second = u32(group.z >= params.batch_split);
  let samples = select(params.n, params.second_n, second == 1u);
  let z = group.z - second * params.batch_split;
  let phase = z & 1u;
  let slot = fold(group, lane, LANES, u32(params.ho + 1) / 2u * across, z / 2u);
  let n = min(slot.sample, samples - 1u);
  let strip = slot.place / across;
  let column = slot.place - strip * across;
  let first = column == 0u;
  let last = column + 1u == across;
  let side = Side(first, last, (lane == 0u && !first) || (lane + 1u == LANES && !last),
    select(1u, 0xffffffffu, lane == 0u), select(0u, 3u, lane == 0u));

  let plane = u32(params.ho) * across;
  let dy0 = second * params.batch_offset_dy + n * params.co * plane + column;
  let bottom = params.ho - 1;
  let oy = i32(strip) * 2 - 1 + i32(phase); // the upper row of dy
  let there0 = select(0.0, 1.0, oy >= 0 && oy <= bottom);
  let there1 = select(0.0, 1.0, oy + 1 <= bottom);
  let there2 = select(0.0, 1.0, oy + 2 <= bottom);
  var at0 = dy0 + u32(clamp(oy, 0, bottom)) * across;
  var at1 = dy0 + u32(min(oy + 1, bottom)) * across;
  var at2 = dy0 + u32(min(oy + 2, bottom)) * across;
  var taps_at = min(group.y * 8u + (lane & 7u), params.ci - 1u) * K * K + second * params.batch_offset_w;

  var s0 = Sums(); var s1 = Sums(); var s2 = Sums(); var s3 = Sums();
  var s4 = Sums(); var s5 = Sums(); var s6 = Sums(); var s7 = Sums();
  for (var k = 0u; k < params.co; k++) {
    let upper = read_taps(taps_at, 3u - phase);
    let lower = read_taps(taps_at, 1u - phase);
    let r0 = read_row(at0, there0, side);
    let r1 = read_row(at1, there1, side);
    let r2 = read_row(at2, there2, side);
    s0 = step(s0, r0, r1, r2, subgroupBroadcast(upper, 0u), subgroupBroadcast(lower, 0u));
    s1 = step(s1, r0, r1, r2, subgroupBroadcast(upper, 1u), subgroupBroadcast(lower, 1u));
    s2 = step(s2, r0, r1, r2, subgroupBroadcast(upper, 2u), subgroupBroadcast(lower, 2u));
    s3 = step(s3, r0, r1, r2, subgroupBroadcast(upper, 3u), subgroupBroadcast(lower, 3u));
    s4 = step(s4, r0, r1, r2, subgroupBroadcast(upper, 4u), subgroupBroadcast(lower, 4u));
    s5 = step(s5, r0, r1, r2, subgroupBroadcast(upper, 5u), subgroupBroadcast(lower, 5u));
    s6 = step(s6, r0, r1, r2, subgroupBroadcast(upper, 6u), subgroupBroadcast(lower, 6u));
    s7 = step(s7, r0, r1, r2, subgroupBroadcast(upper, 7u), subgroupBroadcast(lower, 7u));
    at0 += plane; at1 += plane; at2 += plane;
    taps_at += params.ci * K * K;
  }

  let iy = i32(strip) * 4 + i32(phase);
  if (slot.sample >= samples || iy >= params.h) { return; }
  let both = iy + 2 < params.h;
  let m = group.y * 8u;
  let to = (u32(iy) * across + column) * 2u;
  put(second, n, m + 0u, to, s0, both); put(second, n, m + 1u, to, s1, both);
  put(second, n, m + 2u, to, s2, both); put(second, n, m + 3u, to, s3, both);
  put(second, n, m + 4u, to, s4, both); put(second, n, m + 5u, to, s5, both);
  put(second, n, m + 6u, to, s6, both); put(second, n, m + 7u, to, s7, both);
}
