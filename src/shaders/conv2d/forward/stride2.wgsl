// 4x4 or 3x3 convolution (K), stride 2, padding 1 (zero), on the software adapter. H even or odd, W = 2*Wo a multiple
// of 8:
//   y[n,m,oy,ox] = bias[m] + sum over k,kh,kw of x[n,k,2*oy+kh-1,2*ox+kw-1] * w[m,k,kh,kw]
// x [N,Ci,H,W] and y [N,Co,Ho,Wo] as vec4, w [Co,Ci,K,K] as it is. Needs subgroups of LANES.
// One workgroup is one subgroup; a lane computes 4 pixels of two rows x 16 output channels, one row of taps a step: a
// body that stays in the processor's cache of decoded instructions is worth twice one with all K rows, which loads
// fewer rows twice. The columns beside its own come from the neighboring lanes, at the ends of the group (and with 16
// lanes, whose shuffles are slow, always) from memory (BORDER: unless groups hold whole rows, Wo 4, 8, 16 or 32). Lane
// j loads the taps of channels j and j+8, and a broadcast from a constant lane hands them out. Grid:
// (ceil(ceil(Ho/2)*(Wo/4) / LANES), ceil(Co/16), ceil(N/samples of a workgroup)), see lib/fold. Limit: multiply and add
// units, then lane loads (6 vec4 for 512 multiply-adds).
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
// #import fold
override K: u32 = 4;
override BORDER: bool = true;

struct Params {
  ci: u32, co: u32, h: i32, ho: i32, wo: u32, has_bias: u32, n: u32, second_n: u32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x: u32, batch_offset_w: u32, batch_offset_w4: u32, batch_offset_bias: u32,
  batch_offset_y: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> w4: array<vec4f>; // w again, as vec4: used when K is 4
@group(0) @binding(3) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

// image border left, right; group border inside a row
struct Side { first: bool, last: bool, border: bool, at: u32, part: u32 }
struct Row { c0: vec4f, c1: vec4f, c2: vec4f, c3: vec4f } // the columns that taps kw = 0..3 meet
struct Pair { a: vec4f, b: vec4f } // the sums of both rows

fn read_row(at: u32, there: f32, side: Side) -> Row {
  let a = x[at] * there;
  let b = x[at + 1u] * there;
  var left = 0.0;
  var right = 0.0;
  if (LANES > 8u) {
    left = x[at - u32(!side.first)].w * there;
    if (K == 4u) { right = x[at + 2u * u32(!side.last)].x * there; }
  } else {
    left = subgroupShuffleUp(b.w, 1u);
    if (K == 4u) { right = subgroupShuffleDown(a.x, 1u); }
    if (BORDER) {
      var beyond = 0.0;
      if (side.border) { beyond = x[at + side.at][side.part] * there; }
      left = select(left, beyond, side.border && side.part == 3u);
      right = select(right, beyond, side.border && side.part == 0u);
    }
  }
  left = select(left, 0.0, side.first);
  right = select(right, 0.0, side.last);
  return Row(vec4f(left, a.yw, b.y), vec4f(a.xz, b.xz), vec4f(a.yw, b.yw), vec4f(a.z, b.xz, right));
}

// A row of taps, number `row` of the channel whose taps start at `first`.
fn read_taps(first: u32, row: u32) -> vec4f {
  if (K == 4u) { return w4[first / 4u + row]; }
  let at = first + row * 3u;
  return vec4f(w[at], w[at + 1u], w[at + 2u], 0.0);
}

fn meet(r: Row, t: vec4f) -> vec4f {
  let sum = r.c0 * t.x + r.c1 * t.y + r.c2 * t.z;
  if (K == 4u) { return sum + r.c3 * t.w; }
  return sum;
}

fn add(s: Pair, r0: Row, r1: Row, t: vec4f) -> Pair { return Pair(s.a + meet(r0, t), s.b + meet(r1, t)); }

fn put(second: u32, n: u32, m: u32, at: u32, s: Pair, both: bool) {
  if (m >= params.co) { return; }
  var shift = 0.0;
  if (params.has_bias != 0u) { shift = bias[second * params.batch_offset_bias + m]; }
  let across = params.wo / 4u;
  let to = second * params.batch_offset_y + (n * params.co + m) * u32(params.ho) * across + at;
  y[to] = s.a + shift;
  if (both) { y[to + across] = s.b + shift; }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.wo / 4u;
  let second = u32(group.z >= params.batch_split);
  let samples = select(params.n, params.second_n, second == 1u);
  let z = group.z - second * params.batch_split;
  let slot = fold(group, lane, LANES, u32(params.ho + 1) / 2u * across, z);
  let n = min(slot.sample, samples - 1u);
  let strip = slot.place / across;
  let column = slot.place - strip * across;
  let oy = i32(strip) * 2;
  let first = column == 0u;
  let last = column + 1u == across;
  let side = Side(first, last, (lane == 0u && !first) || (lane + 1u == LANES && !last),
    select(2u, 0xffffffffu, lane == 0u), select(0u, 3u, lane == 0u));

  let plane = u32(params.h) * across * 2u;
  let x0 = second * params.batch_offset_x + n * params.ci * plane + column * 2u;
  let bottom = params.h - 1;
  let taps = min(group.y * 16u + (lane & 7u), params.co - 1u) * params.ci * K * K + second * params.batch_offset_w;
  let more = min(group.y * 16u + 8u + (lane & 7u), params.co - 1u) * params.ci * K * K + second * params.batch_offset_w;

  var s0 = Pair(); var s1 = Pair(); var s2 = Pair(); var s3 = Pair();
  var s4 = Pair(); var s5 = Pair(); var s6 = Pair(); var s7 = Pair();
  var s8 = Pair(); var s9 = Pair(); var s10 = Pair(); var s11 = Pair();
  var s12 = Pair(); var s13 = Pair(); var s14 = Pair(); var s15 = Pair();
  for (var step = 0u; step < params.ci * K; step++) {
    let k = step / K;
    let t = read_taps(taps, step);
    let u = read_taps(more, step);
    let i = 2 * oy - 1 + i32(step - k * K);
    let from_x = x0 + k * plane;
    let r0 = read_row(from_x + u32(clamp(i, 0, bottom)) * across * 2u, select(0.0, 1.0, i >= 0 && i <= bottom), side);
    let r1 = read_row(from_x + u32(min(i + 2, bottom)) * across * 2u, select(0.0, 1.0, i + 2 <= bottom), side);
    s0 = add(s0, r0, r1, subgroupBroadcast(t, 0u));
    s1 = add(s1, r0, r1, subgroupBroadcast(t, 1u));
    s2 = add(s2, r0, r1, subgroupBroadcast(t, 2u));
    s3 = add(s3, r0, r1, subgroupBroadcast(t, 3u));
    s4 = add(s4, r0, r1, subgroupBroadcast(t, 4u));
    s5 = add(s5, r0, r1, subgroupBroadcast(t, 5u));
    s6 = add(s6, r0, r1, subgroupBroadcast(t, 6u));
    s7 = add(s7, r0, r1, subgroupBroadcast(t, 7u));
    s8 = add(s8, r0, r1, subgroupBroadcast(u, 0u));
    s9 = add(s9, r0, r1, subgroupBroadcast(u, 1u));
    s10 = add(s10, r0, r1, subgroupBroadcast(u, 2u));
    s11 = add(s11, r0, r1, subgroupBroadcast(u, 3u));
    s12 = add(s12, r0, r1, subgroupBroadcast(u, 4u));
    s13 = add(s13, r0, r1, subgroupBroadcast(u, 5u));
    s14 = add(s14, r0, r1, subgroupBroadcast(u, 6u));
    s15 = add(s15, r0, r1, subgroupBroadcast(u, 7u));
  }

  if (slot.sample >= samples || oy >= params.ho) { return; }
  let both = oy + 1 < params.ho;
  let m = group.y * 16u;
  let to = u32(oy) * across + column;
  put(second, n, m + 0u, to, s0, both); put(second, n, m + 1u, to, s1, both);
  put(second, n, m + 2u, to, s2, both); put(second, n, m + 3u, to, s3, both);
  put(second, n, m + 4u, to, s4, both); put(second, n, m + 5u, to, s5, both);
  put(second, n, m + 6u, to, s6, both); put(second, n, m + 7u, to, s7, both);
  put(second, n, m + 8u, to, s8, both); put(second, n, m + 9u, to, s9, both);
  put(second, n, m + 10u, to, s10, both); put(second, n, m + 11u, to, s11, both);
  put(second, n, m + 12u, to, s12, both); put(second, n, m + 13u, to, s13, both);
  put(second, n, m + 14u, to, s14, both); put(second, n, m + 15u, to, s15, both);
}
