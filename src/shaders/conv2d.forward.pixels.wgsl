// 1x1 convolution, stride 1: a matrix product over pixels, on the software adapter. H*W a multiple of 4.
//   y[n,m,p] = bias[m] + sum over k of x[n,k,p] * w[m*stride_m + k*stride_k]
// Forward: m = Co, stride_m = Ci, stride_k = 1. Backward-data: x = dy, y = dx, m = Ci, stride_m = 1, stride_k = Ci. w [Co,Ci] as it is.
// x [N,K,P] and y [N,M,P] as vec4, plane = P/4. Needs subgroups of 8.
// One workgroup is one subgroup; a lane computes 8 pixels x 16 channels, 4 summed channels a step. Lane j loads the weights of
// channels j and j+8, and a broadcast from a constant lane hands them out: no workgroup memory, no barriers.
// Grid: (ceil(plane/16), ceil(M/16), N). Limit: address generation of the lane loads (8 vec4 + 8 scalar for 512 multiply-adds).
enable subgroups;

struct Params { k: u32, m: u32, plane: u32, stride_m: u32, stride_k: u32, has_bias: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

struct Eight { a: vec4<f32>, b: vec4<f32> } // pixels 0..3, 4..7

fn read_pixels(at: u32, next: u32) -> Eight { return Eight(x[at], x[at + next]); }

// Four channels' weights of one output channel; 0 beyond the last.
fn read_weights(at: u32, left: u32) -> vec4<f32> {
  let step = params.stride_k;
  return vec4<f32>(w[at], select(0.0, w[at + step], left > 1u), select(0.0, w[at + 2u * step], left > 2u), select(0.0, w[at + 3u * step], left > 3u));
}

fn add(s: Eight, p0: Eight, p1: Eight, p2: Eight, p3: Eight, t: vec4<f32>) -> Eight {
  return Eight(s.a + (p0.a * t.x + p1.a * t.y + p2.a * t.z + p3.a * t.w), s.b + (p0.b * t.x + p1.b * t.y + p2.b * t.z + p3.b * t.w));
}

fn put(n: u32, m: u32, at: u32, s: Eight) {
  if (m >= params.m) { return; }
  var shift = 0.0;
  if (params.has_bias != 0u) { shift = bias[m]; }
  let to = (n * params.m + m) * params.plane + at;
  y[to] = s.a + shift;
  if (at + 1u < params.plane) { y[to + 1u] = s.b + shift; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let pixel = (group.x * 8u + lane) * 2u;
  let here = min(pixel, params.plane - 1u);
  let next = min(1u, params.plane - 1u - here);
  let x0 = group.z * params.k * params.plane + here;
  let w0 = min(group.y * 16u + lane, params.m - 1u) * params.stride_m;
  let v0 = min(group.y * 16u + 8u + lane, params.m - 1u) * params.stride_m;
  let last = params.k - 1u;

  var s0 = Eight(); var s1 = Eight(); var s2 = Eight(); var s3 = Eight();
  var s4 = Eight(); var s5 = Eight(); var s6 = Eight(); var s7 = Eight();
  var s8 = Eight(); var s9 = Eight(); var s10 = Eight(); var s11 = Eight();
  var s12 = Eight(); var s13 = Eight(); var s14 = Eight(); var s15 = Eight();
  for (var k = 0u; k < params.k; k += 4u) {
    let t = read_weights(w0 + k * params.stride_k, params.k - k);
    let u = read_weights(v0 + k * params.stride_k, params.k - k);
    let p0 = read_pixels(x0 + k * params.plane, next);
    let p1 = read_pixels(x0 + min(k + 1u, last) * params.plane, next);
    let p2 = read_pixels(x0 + min(k + 2u, last) * params.plane, next);
    let p3 = read_pixels(x0 + min(k + 3u, last) * params.plane, next);
    s0 = add(s0, p0, p1, p2, p3, subgroupBroadcast(t, 0u));
    s1 = add(s1, p0, p1, p2, p3, subgroupBroadcast(t, 1u));
    s2 = add(s2, p0, p1, p2, p3, subgroupBroadcast(t, 2u));
    s3 = add(s3, p0, p1, p2, p3, subgroupBroadcast(t, 3u));
    s4 = add(s4, p0, p1, p2, p3, subgroupBroadcast(t, 4u));
    s5 = add(s5, p0, p1, p2, p3, subgroupBroadcast(t, 5u));
    s6 = add(s6, p0, p1, p2, p3, subgroupBroadcast(t, 6u));
    s7 = add(s7, p0, p1, p2, p3, subgroupBroadcast(t, 7u));
    s8 = add(s8, p0, p1, p2, p3, subgroupBroadcast(u, 0u));
    s9 = add(s9, p0, p1, p2, p3, subgroupBroadcast(u, 1u));
    s10 = add(s10, p0, p1, p2, p3, subgroupBroadcast(u, 2u));
    s11 = add(s11, p0, p1, p2, p3, subgroupBroadcast(u, 3u));
    s12 = add(s12, p0, p1, p2, p3, subgroupBroadcast(u, 4u));
    s13 = add(s13, p0, p1, p2, p3, subgroupBroadcast(u, 5u));
    s14 = add(s14, p0, p1, p2, p3, subgroupBroadcast(u, 6u));
    s15 = add(s15, p0, p1, p2, p3, subgroupBroadcast(u, 7u));
  }
  if (pixel >= params.plane) { return; }
  let m = group.y * 16u;
  put(group.z, m + 0u, pixel, s0); put(group.z, m + 1u, pixel, s1); put(group.z, m + 2u, pixel, s2); put(group.z, m + 3u, pixel, s3);
  put(group.z, m + 4u, pixel, s4); put(group.z, m + 5u, pixel, s5); put(group.z, m + 6u, pixel, s6); put(group.z, m + 7u, pixel, s7);
  put(group.z, m + 8u, pixel, s8); put(group.z, m + 9u, pixel, s9); put(group.z, m + 10u, pixel, s10); put(group.z, m + 11u, pixel, s11);
  put(group.z, m + 12u, pixel, s12); put(group.z, m + 13u, pixel, s13); put(group.z, m + 14u, pixel, s14); put(group.z, m + 15u, pixel, s15);
}
