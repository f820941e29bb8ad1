// 1x1 convolution, stride 1: a matrix product over pixels, on the software adapter. H*W a multiple of 4.
//   y[n,m,p] = lrelu(bias[m] + sum over k of x[n,k,p] * w[m*stride_m + k*stride_k]), and with SKIP + skip[n,m,p] in
//   place of the LeakyReLU
// Forward: m = Co, stride_m = Ci, stride_k = 1. Backward-data: x = dy, y = dx, m = Ci, stride_m = 1, stride_k = Ci. w
// [Co,Ci] as it is.
// x [N,K,P] and y [N,M,P] as vec4, plane = P/4. Needs subgroups of LANES.
// One workgroup is one subgroup; a lane computes CHANNELS (8, 16 or 32: as few as M needs) of 8 pixels, 2 summed
// channels a step, or (QUADS 1) of 4 pixels, 4 a step, which keeps half as many sums. Lane j loads the weights of
// channels j, j+LANES, ..., and a broadcast from a constant lane hands them out: no workgroup memory, no barriers.
// Grid: (ceil(plane/(QUADS*LANES)), ceil(M/CHANNELS), N). Limit: keeping the sums, then lane loads.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
override QUADS: u32 = 2; // vec4 of pixels a lane: 2 or 1
override CHANNELS: u32 = 32;
override SKIP: bool = false;

struct Params {
  k: u32, m: u32, plane: u32, stride_m: u32, stride_k: u32, has_bias: u32,
  slope: f32, // of the LeakyReLU, 1 for none
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x: u32, batch_offset_w: u32, batch_offset_bias: u32, batch_offset_skip: u32,
  batch_offset_y: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(3) var<storage, read> skip: array<vec4f>; // any buffer without SKIP
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

struct Eight { a: vec4f, b: vec4f } // pixels 0..3, 4..7; with QUADS 1 pixels 0..3 of two summed channels

fn add(s: Eight, p: Eight, q: Eight, t: vec4f) -> Eight {
  if (QUADS == 1u) { return Eight(s.a + ((p.a * t.x + p.b * t.y) + (q.a * t.z + q.b * t.w)), s.b); }
  return Eight(s.a + (p.a * t.x + q.a * t.y), s.b + (p.b * t.x + q.b * t.y));
}

fn read_weights(first: u32, at: vec4u, there: vec4f) -> vec4f {
  if (QUADS == 1u) { return vec4f(w[first + at.x], w[first + at.y], w[first + at.z], w[first + at.w]) * there; }
  return vec4f(w[first + at.x], w[first + at.y] * there.y, 0.0, 0.0);
}

fn finish(second: u32, i: u32, v: vec4f) -> vec4f {
  if (SKIP) { return v + skip[second * params.batch_offset_skip + i]; }
  return select(v * params.slope, v, v > vec4f());
}

fn put(second: u32, n: u32, m: u32, at: u32, s: Eight) {
  if (m >= params.m) { return; }
  var shift = 0.0;
  if (params.has_bias != 0u) { shift = bias[second * params.batch_offset_bias + m]; }
  let i = (n * params.m + m) * params.plane + at;
  y[second * params.batch_offset_y + i] = finish(second, i, s.a + shift);
  if (QUADS > 1u && at + 1u < params.plane) {
    y[second * params.batch_offset_y + i + 1u] = finish(second, i + 1u, s.b + shift);
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let pixel = (group.x * LANES + lane) * QUADS;
  let here = min(pixel, params.plane - 1u);
  let next = min(1u, params.plane - 1u - here);
  let second = u32(group.z >= params.batch_split);
  let n = group.z - second * params.batch_split;
  let x0 = second * params.batch_offset_x + n * params.k * params.plane + here;
  let m = group.y * CHANNELS;
  let w0 = min(m + lane, params.m - 1u) * params.stride_m;
  let w1 = min(m + LANES + lane, params.m - 1u) * params.stride_m;
  let w2 = min(m + 2u * LANES + lane, params.m - 1u) * params.stride_m;
  let w3 = min(m + 3u * LANES + lane, params.m - 1u) * params.stride_m;
  let last = params.k - 1u;

  var s0 = Eight(); var s1 = Eight(); var s2 = Eight(); var s3 = Eight();
  var s4 = Eight(); var s5 = Eight(); var s6 = Eight(); var s7 = Eight();
  var s8 = Eight(); var s9 = Eight(); var s10 = Eight(); var s11 = Eight();
  var s12 = Eight(); var s13 = Eight(); var s14 = Eight(); var s15 = Eight();
  var s16 = Eight(); var s17 = Eight(); var s18 = Eight(); var s19 = Eight();
  var s20 = Eight(); var s21 = Eight(); var s22 = Eight(); var s23 = Eight();
  var s24 = Eight(); var s25 = Eight(); var s26 = Eight(); var s27 = Eight();
  var s28 = Eight(); var s29 = Eight(); var s30 = Eight(); var s31 = Eight();
  for (var k = 0u; k < params.k; k += 4u / QUADS) {
    // Where the channels do not fill the last step, it reads the last channel again with a weight of 0.
    let k1 = min(k + 1u, last); let k2 = min(k + 2u, last); let k3 = min(k + 3u, last);
    let there = select(vec4f(), vec4f(1.0), vec4<bool>(true, k < last, k + 2u <= last, k + 3u <= last));
    var p = Eight();
    var q = Eight();
    if (QUADS == 1u) {
      p = Eight(x[x0 + k * params.plane], x[x0 + k1 * params.plane]);
      q = Eight(x[x0 + k2 * params.plane], x[x0 + k3 * params.plane]);
    } else {
      let from_p = x0 + k * params.plane;
      let from_q = x0 + k1 * params.plane;
      p = Eight(x[from_p], x[from_p + next]);
      q = Eight(x[from_q], x[from_q + next]);
    }
    let at = vec4u(k, k1, k2, k3) * params.stride_k + second * params.batch_offset_w;
    let t0 = read_weights(w0, at, there);
    var t1 = vec4f();
    var t2 = vec4f();
    var t3 = vec4f();
    if (CHANNELS > LANES) { t1 = read_weights(w1, at, there); }
    if (CHANNELS > 2u * LANES) { t2 = read_weights(w2, at, there); t3 = read_weights(w3, at, there); }
    s0 = add(s0, p, q, subgroupBroadcast(t0, 0u));
    s1 = add(s1, p, q, subgroupBroadcast(t0, 1u));
    s2 = add(s2, p, q, subgroupBroadcast(t0, 2u));
    s3 = add(s3, p, q, subgroupBroadcast(t0, 3u));
    s4 = add(s4, p, q, subgroupBroadcast(t0, 4u));
    s5 = add(s5, p, q, subgroupBroadcast(t0, 5u));
    s6 = add(s6, p, q, subgroupBroadcast(t0, 6u));
    s7 = add(s7, p, q, subgroupBroadcast(t0, 7u));
    if (CHANNELS > 8u && LANES == 8u) {
      s8 = add(s8, p, q, subgroupBroadcast(t1, 0u));
      s9 = add(s9, p, q, subgroupBroadcast(t1, 1u));
      s10 = add(s10, p, q, subgroupBroadcast(t1, 2u));
      s11 = add(s11, p, q, subgroupBroadcast(t1, 3u));
      s12 = add(s12, p, q, subgroupBroadcast(t1, 4u));
      s13 = add(s13, p, q, subgroupBroadcast(t1, 5u));
      s14 = add(s14, p, q, subgroupBroadcast(t1, 6u));
      s15 = add(s15, p, q, subgroupBroadcast(t1, 7u));
    }
    if (CHANNELS > 8u && LANES > 8u) {
      s8 = add(s8, p, q, subgroupBroadcast(t0, 8u));
      s9 = add(s9, p, q, subgroupBroadcast(t0, 9u));
      s10 = add(s10, p, q, subgroupBroadcast(t0, 10u));
      s11 = add(s11, p, q, subgroupBroadcast(t0, 11u));
      s12 = add(s12, p, q, subgroupBroadcast(t0, 12u));
      s13 = add(s13, p, q, subgroupBroadcast(t0, 13u));
      s14 = add(s14, p, q, subgroupBroadcast(t0, 14u));
      s15 = add(s15, p, q, subgroupBroadcast(t0, 15u));
    }
    if (CHANNELS > 16u && LANES == 8u) {
      s16 = add(s16, p, q, subgroupBroadcast(t2, 0u));
      s17 = add(s17, p, q, subgroupBroadcast(t2, 1u));
      s18 = add(s18, p, q, subgroupBroadcast(t2, 2u));
      s19 = add(s19, p, q, subgroupBroadcast(t2, 3u));
      s20 = add(s20, p, q, subgroupBroadcast(t2, 4u));
      s21 = add(s21, p, q, subgroupBroadcast(t2, 5u));
      s22 = add(s22, p, q, subgroupBroadcast(t2, 6u));
      s23 = add(s23, p, q, subgroupBroadcast(t2, 7u));
      s24 = add(s24, p, q, subgroupBroadcast(t3, 0u));
      s25 = add(s25, p, q, subgroupBroadcast(t3, 1u));
      s26 = add(s26, p, q, subgroupBroadcast(t3, 2u));
      s27 = add(s27, p, q, subgroupBroadcast(t3, 3u));
      s28 = add(s28, p, q, subgroupBroadcast(t3, 4u));
      s29 = add(s29, p, q, subgroupBroadcast(t3, 5u));
      s30 = add(s30, p, q, subgroupBroadcast(t3, 6u));
      s31 = add(s31, p, q, subgroupBroadcast(t3, 7u));
    }
    if (CHANNELS > 16u && LANES > 8u) {
      s16 = add(s16, p, q, subgroupBroadcast(t1, 0u));
      s17 = add(s17, p, q, subgroupBroadcast(t1, 1u));
      s18 = add(s18, p, q, subgroupBroadcast(t1, 2u));
      s19 = add(s19, p, q, subgroupBroadcast(t1, 3u));
      s20 = add(s20, p, q, subgroupBroadcast(t1, 4u));
      s21 = add(s21, p, q, subgroupBroadcast(t1, 5u));
      s22 = add(s22, p, q, subgroupBroadcast(t1, 6u));
      s23 = add(s23, p, q, subgroupBroadcast(t1, 7u));
      s24 = add(s24, p, q, subgroupBroadcast(t1, 8u));
      s25 = add(s25, p, q, subgroupBroadcast(t1, 9u));
      s26 = add(s26, p, q, subgroupBroadcast(t1, 10u));
      s27 = add(s27, p, q, subgroupBroadcast(t1, 11u));
      s28 = add(s28, p, q, subgroupBroadcast(t1, 12u));
      s29 = add(s29, p, q, subgroupBroadcast(t1, 13u));
      s30 = add(s30, p, q, subgroupBroadcast(t1, 14u));
      s31 = add(s31, p, q, subgroupBroadcast(t1, 15u));
    }
  }
  if (pixel >= params.plane) { return; }
  put(second, n, m + 0u, pixel, s0); put(second, n, m + 1u, pixel, s1);
  put(second, n, m + 2u, pixel, s2); put(second, n, m + 3u, pixel, s3);
  put(second, n, m + 4u, pixel, s4); put(second, n, m + 5u, pixel, s5);
  put(second, n, m + 6u, pixel, s6); put(second, n, m + 7u, pixel, s7);
  if (CHANNELS > 8u) {
    put(second, n, m + 8u, pixel, s8); put(second, n, m + 9u, pixel, s9);
    put(second, n, m + 10u, pixel, s10); put(second, n, m + 11u, pixel, s11);
    put(second, n, m + 12u, pixel, s12); put(second, n, m + 13u, pixel, s13);
    put(second, n, m + 14u, pixel, s14); put(second, n, m + 15u, pixel, s15);
  }
  if (CHANNELS > 16u) {
    put(second, n, m + 16u, pixel, s16); put(second, n, m + 17u, pixel, s17);
    put(second, n, m + 18u, pixel, s18); put(second, n, m + 19u, pixel, s19);
    put(second, n, m + 20u, pixel, s20); put(second, n, m + 21u, pixel, s21);
    put(second, n, m + 22u, pixel, s22); put(second, n, m + 23u, pixel, s23);
    put(second, n, m + 24u, pixel, s24); put(second, n, m + 25u, pixel, s25);
    put(second, n, m + 26u, pixel, s26); put(second, n, m + 27u, pixel, s27);
    put(second, n, m + 28u, pixel, s28); put(second, n, m + 29u, pixel, s29);
    put(second, n, m + 30u, pixel, s30); put(second, n, m + 31u, pixel, s31);
  }
}
