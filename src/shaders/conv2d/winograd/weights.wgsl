// Winograd F(2x2, 3x3) (Lavin and Gray 2016), weights: U[4i+j][k][m] = (G g G^T)[i][j] for the 3x3 taps g of each (m,
// k),
// G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1].
// w at m*stride_m + k*stride_k + tap0 + tap*tap_step (backwards: from 8 by -1); U [16][K][m4] vec4 over m, 0 beyond.
// One invocation: four m of one k. Grid: (ceil(K*m4 / WG), 1, 1). Limit: 36 scattered loads.
override WG: u32 = 64;

struct Params { m: i32, k: i32, m4: i32, stride_m: i32, stride_k: i32, tap0: i32, tap_step: i32 }
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn tap(at: vec4i, there: vec4<bool>, t: i32) -> vec4f {
  let i = at + params.tap0 + t * params.tap_step;
  return select(vec4f(), vec4f(w[i.x], w[i.y], w[i.z], w[i.w]), there);
}

// Column j of G g G^T, from column j of g G^T.
fn put(i: i32, j: i32, r0: vec4f, r1: vec4f, r2: vec4f) {
  let count = params.k * params.m4;
  let half = 0.5 * (r0 + r2);
  u[j * count + i] = r0;
  u[(4 + j) * count + i] = half + 0.5 * r1;
  u[(8 + j) * count + i] = half - 0.5 * r1;
  u[(12 + j) * count + i] = r2;
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = params.k * params.m4;
  let i = i32(id.x);
  if (i >= count) { return; }
  let k = i / params.m4;
  let m = (i - k * params.m4) * 4 + vec4i(0, 1, 2, 3);
  let there = m < vec4i(params.m);
  let at = select(vec4i(), m * params.stride_m + k * params.stride_k, there);
  let g0 = tap(at, there, 0); let g1 = tap(at, there, 1); let g2 = tap(at, there, 2);
  let g3 = tap(at, there, 3); let g4 = tap(at, there, 4); let g5 = tap(at, there, 5);
  let g6 = tap(at, there, 6); let g7 = tap(at, there, 7); let g8 = tap(at, there, 8);
  let h0 = 0.5 * (g0 + g2);
  let h3 = 0.5 * (g3 + g5);
  let h6 = 0.5 * (g6 + g8);
  put(i, 0, g0, g3, g6);
  put(i, 1, h0 + 0.5 * g1, h3 + 0.5 * g4, h6 + 0.5 * g7);
  put(i, 2, h0 - 0.5 * g1, h3 - 0.5 * g4, h6 - 0.5 * g7);
  put(i, 3, g2, g5, g8);
}
