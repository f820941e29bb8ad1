// Convolution weights, reordered so that a kernel's loads are neighboring vec4:
//   packed[(k*ty + i)*tx + j][m] = w[m*stride_m + k*stride_k + (kh0 + i*kh_step)*kw_size + kw0 + j*kw_step], 0 for m >=
//   m_count
// m: channels the convolution writes (padded to 4*m4), k: channels it sums over, (ty, tx): its taps.
// Forward: m = Co (stride Ci*taps), k = Ci (stride taps). Backward-data: m = Ci, k = Co. Flipped or phase-wise taps by
// kh0, kh_step. One invocation: one vec4. Grid: (ceil(k_count*ty*tx*m4 / WG), 1, 1). Limit: 4 scattered loads.
override WG: u32 = 64;

struct Params {
  m_count: i32, m4: i32, k_count: i32, stride_m: i32, stride_k: i32,
  ty: i32, tx: i32, kw_size: i32, kh0: i32, kh_step: i32, kw0: i32, kw_step: i32,
}
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> packed: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let taps = params.ty * params.tx;
  let i = i32(id.x);
  if (i >= params.k_count * taps * params.m4) { return; }
  let row = i / params.m4;
  let m = (i - row * params.m4) * 4;
  let k = row / taps;
  let tap = row - k * taps;
  let ty = tap / params.tx;
  let tx = tap - ty * params.tx;
  let source = k * params.stride_k + m * params.stride_m
    + (params.kh0 + ty * params.kh_step) * params.kw_size + params.kw0 + tx * params.kw_step;
  var v = vec4f();
  if (m < params.m_count) { v.x = w[source]; }
  if (m + 1 < params.m_count) { v.y = w[source + params.stride_m]; }
  if (m + 2 < params.m_count) { v.z = w[source + 2 * params.stride_m]; }
  if (m + 3 < params.m_count) { v.w = w[source + 3 * params.stride_m]; }
  packed[i] = v;
}
