// 4x4 or 3x3 convolution (K), stride 2, padding 1 (zero), on the software adapter. H even or odd, W = 2*Wo a multiple of 8:
//   y[n,m,oy,ox] = bias[m] + sum over k,kh,kw of x[n,k,2*oy+kh-1,2*ox+kw-1] * w[m,k,kh,kw]
// x [N,Ci,H,W] and y [N,Co,Ho,Wo] as vec4, w [Co,Ci,K,K] as it is. Needs subgroups of 8.
// One workgroup is one subgroup; a lane computes 4 pixels of one row x 16 output channels from 8 columns of 4 (3) rows. The
// columns beside its own come from the neighbouring lanes, at the ends of the group from memory. Lane j loads the taps of
// channels j and j+8, and a broadcast from a constant lane hands them out: no workgroup memory, no barriers.
// Grid: (ceil(Ho*(Wo/4) / 8), ceil(Co/16), N). Limit: address generation of the lane loads (16 vec4 for 1024 multiply-adds).
enable subgroups;
override K: u32 = 4;

struct Params { ci: u32, co: u32, h: i32, ho: i32, wo: u32, has_bias: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> w4: array<vec4<f32>>; // w again, as vec4: used when K is 4
@group(0) @binding(3) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(5) var<uniform> params: Params;

struct Side { first: bool, last: bool, border: bool, at: u32, part: u32 } // image border left, right; group border inside a row
struct Row { c0: vec4<f32>, c1: vec4<f32>, c2: vec4<f32>, c3: vec4<f32> } // the columns that taps kw = 0..3 meet

fn read_row(at: u32, there: f32, side: Side) -> Row {
  let a = x[at] * there;
  let b = x[at + 1u] * there;
  var beyond = 0.0;
  if (side.border) { beyond = x[at + side.at][side.part] * there; }
  let left = select(select(subgroupShuffleUp(b.w, 1u), beyond, side.border && side.part == 3u), 0.0, side.first);
  var right = 0.0;
  if (K == 4u) { right = select(select(subgroupShuffleDown(a.x, 1u), beyond, side.border && side.part == 0u), 0.0, side.last); }
  return Row(vec4<f32>(left, a.yw, b.y), vec4<f32>(a.xz, b.xz), vec4<f32>(a.yw, b.yw), vec4<f32>(a.z, b.xz, right));
}

// Row kh of the taps that start at `at`.
fn read_taps(at: u32, kh: u32) -> vec4<f32> {
  if (K == 4u) { return w4[at / 4u + kh]; }
  return vec4<f32>(w[at + kh * 3u], w[at + kh * 3u + 1u], w[at + kh * 3u + 2u], 0.0);
}

fn add_row(r: Row, t: vec4<f32>) -> vec4<f32> {
  let sum = r.c0 * t.x + r.c1 * t.y + r.c2 * t.z;
  if (K == 4u) { return sum + r.c3 * t.w; }
  return sum;
}

fn put(n: u32, m: u32, at: u32, sum: vec4<f32>) {
  if (m >= params.co) { return; }
  var value = sum;
  if (params.has_bias != 0u) { value += bias[m]; }
  y[(n * params.co + m) * (u32(params.ho) * params.wo / 4u) + at] = value;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.wo / 4u;
  let place = group.x * 8u + lane;
  let oy = i32(place / across);
  let column = place - u32(oy) * across;
  let first = column == 0u;
  let last = column + 1u == across;
  let side = Side(first, last, (lane == 0u && !first) || (lane == 7u && !last), select(2u, 0xffffffffu, lane == 0u), select(0u, 3u, lane == 0u));

  let plane = u32(params.h) * across * 2u;
  let x0 = group.z * params.ci * plane + column * 2u;
  let bottom = params.h - 1;
  let i0 = 2 * oy - 1;
  let i1 = 2 * oy;
  let i2 = 2 * oy + 1;
  let i3 = 2 * oy + 2;
  let there0 = select(0.0, 1.0, i0 >= 0 && i0 <= bottom);
  let there1 = select(0.0, 1.0, i1 >= 0 && i1 <= bottom);
  let there2 = select(0.0, 1.0, i2 >= 0 && i2 <= bottom);
  let there3 = select(0.0, 1.0, i3 >= 0 && i3 <= bottom);
  var at0 = x0 + u32(clamp(i0, 0, bottom)) * across * 2u;
  var at1 = x0 + u32(clamp(i1, 0, bottom)) * across * 2u;
  var at2 = x0 + u32(clamp(i2, 0, bottom)) * across * 2u;
  var at3 = x0 + u32(clamp(i3, 0, bottom)) * across * 2u;
  var taps_at = min(group.y * 16u + lane, params.co - 1u) * params.ci * K * K;
  var more_at = min(group.y * 16u + 8u + lane, params.co - 1u) * params.ci * K * K;

  var s0 = vec4<f32>(); var s1 = vec4<f32>(); var s2 = vec4<f32>(); var s3 = vec4<f32>(); var s4 = vec4<f32>(); var s5 = vec4<f32>(); var s6 = vec4<f32>(); var s7 = vec4<f32>();
  var s8 = vec4<f32>(); var s9 = vec4<f32>(); var s10 = vec4<f32>(); var s11 = vec4<f32>(); var s12 = vec4<f32>(); var s13 = vec4<f32>(); var s14 = vec4<f32>(); var s15 = vec4<f32>();
  for (var k = 0u; k < params.ci; k++) {
    let t0 = read_taps(taps_at, 0u);
    let u0 = read_taps(more_at, 0u);
    let t1 = read_taps(taps_at, 1u);
    let u1 = read_taps(more_at, 1u);
    let t2 = read_taps(taps_at, 2u);
    let u2 = read_taps(more_at, 2u);
    var t3 = vec4<f32>();
    var u3 = vec4<f32>();
    if (K == 4u) { t3 = read_taps(taps_at, 3u); u3 = read_taps(more_at, 3u); }
    let r0 = read_row(at0, there0, side);
    let r1 = read_row(at1, there1, side);
    let r2 = read_row(at2, there2, side);
    var r3 = r2;
    if (K == 4u) { r3 = read_row(at3, there3, side); }
    s0 += add_row(r0, subgroupBroadcast(t0, 0u)) + add_row(r1, subgroupBroadcast(t1, 0u)) + add_row(r2, subgroupBroadcast(t2, 0u));
    s1 += add_row(r0, subgroupBroadcast(t0, 1u)) + add_row(r1, subgroupBroadcast(t1, 1u)) + add_row(r2, subgroupBroadcast(t2, 1u));
    s2 += add_row(r0, subgroupBroadcast(t0, 2u)) + add_row(r1, subgroupBroadcast(t1, 2u)) + add_row(r2, subgroupBroadcast(t2, 2u));
    s3 += add_row(r0, subgroupBroadcast(t0, 3u)) + add_row(r1, subgroupBroadcast(t1, 3u)) + add_row(r2, subgroupBroadcast(t2, 3u));
    s4 += add_row(r0, subgroupBroadcast(t0, 4u)) + add_row(r1, subgroupBroadcast(t1, 4u)) + add_row(r2, subgroupBroadcast(t2, 4u));
    s5 += add_row(r0, subgroupBroadcast(t0, 5u)) + add_row(r1, subgroupBroadcast(t1, 5u)) + add_row(r2, subgroupBroadcast(t2, 5u));
    s6 += add_row(r0, subgroupBroadcast(t0, 6u)) + add_row(r1, subgroupBroadcast(t1, 6u)) + add_row(r2, subgroupBroadcast(t2, 6u));
    s7 += add_row(r0, subgroupBroadcast(t0, 7u)) + add_row(r1, subgroupBroadcast(t1, 7u)) + add_row(r2, subgroupBroadcast(t2, 7u));
    s8 += add_row(r0, subgroupBroadcast(u0, 0u)) + add_row(r1, subgroupBroadcast(u1, 0u)) + add_row(r2, subgroupBroadcast(u2, 0u));
    s9 += add_row(r0, subgroupBroadcast(u0, 1u)) + add_row(r1, subgroupBroadcast(u1, 1u)) + add_row(r2, subgroupBroadcast(u2, 1u));
    s10 += add_row(r0, subgroupBroadcast(u0, 2u)) + add_row(r1, subgroupBroadcast(u1, 2u)) + add_row(r2, subgroupBroadcast(u2, 2u));
    s11 += add_row(r0, subgroupBroadcast(u0, 3u)) + add_row(r1, subgroupBroadcast(u1, 3u)) + add_row(r2, subgroupBroadcast(u2, 3u));
    s12 += add_row(r0, subgroupBroadcast(u0, 4u)) + add_row(r1, subgroupBroadcast(u1, 4u)) + add_row(r2, subgroupBroadcast(u2, 4u));
    s13 += add_row(r0, subgroupBroadcast(u0, 5u)) + add_row(r1, subgroupBroadcast(u1, 5u)) + add_row(r2, subgroupBroadcast(u2, 5u));
    s14 += add_row(r0, subgroupBroadcast(u0, 6u)) + add_row(r1, subgroupBroadcast(u1, 6u)) + add_row(r2, subgroupBroadcast(u2, 6u));
    s15 += add_row(r0, subgroupBroadcast(u0, 7u)) + add_row(r1, subgroupBroadcast(u1, 7u)) + add_row(r2, subgroupBroadcast(u2, 7u));
    if (K == 4u) {
      s0 += add_row(r3, subgroupBroadcast(t3, 0u));
      s1 += add_row(r3, subgroupBroadcast(t3, 1u));
      s2 += add_row(r3, subgroupBroadcast(t3, 2u));
      s3 += add_row(r3, subgroupBroadcast(t3, 3u));
      s4 += add_row(r3, subgroupBroadcast(t3, 4u));
      s5 += add_row(r3, subgroupBroadcast(t3, 5u));
      s6 += add_row(r3, subgroupBroadcast(t3, 6u));
      s7 += add_row(r3, subgroupBroadcast(t3, 7u));
      s8 += add_row(r3, subgroupBroadcast(u3, 0u));
      s9 += add_row(r3, subgroupBroadcast(u3, 1u));
      s10 += add_row(r3, subgroupBroadcast(u3, 2u));
      s11 += add_row(r3, subgroupBroadcast(u3, 3u));
      s12 += add_row(r3, subgroupBroadcast(u3, 4u));
      s13 += add_row(r3, subgroupBroadcast(u3, 5u));
      s14 += add_row(r3, subgroupBroadcast(u3, 6u));
      s15 += add_row(r3, subgroupBroadcast(u3, 7u));
    }
    at0 += plane; at1 += plane; at2 += plane; at3 += plane;
    taps_at += K * K; more_at += K * K;
  }

  if (oy >= params.ho) { return; }
  let m = group.y * 16u;
  let to = u32(oy) * across + column;
  put(group.z, m + 0u, to, s0);
  put(group.z, m + 1u, to, s1);
  put(group.z, m + 2u, to, s2);
  put(group.z, m + 3u, to, s3);
  put(group.z, m + 4u, to, s4);
  put(group.z, m + 5u, to, s5);
  put(group.z, m + 6u, to, s6);
  put(group.z, m + 7u, to, s7);
  put(group.z, m + 8u, to, s8);
  put(group.z, m + 9u, to, s9);
  put(group.z, m + 10u, to, s10);
  put(group.z, m + 11u, to, s11);
  put(group.z, m + 12u, to, s12);
  put(group.z, m + 13u, to, s13);
  put(group.z, m + 14u, to, s14);
  put(group.z, m + 15u, to, s15);
}
