// Winograd F(2x2, 3x3), result: the 2x2 values A^T P A + bias of each tile, A^T = [1 1 1 0; 0 1 -1 -1],
// P[4i+j][m][tile] = sum over channels of U * V. P [16][m][tiles, padded to t4 vec4]; y [N,M,H,W].
// One invocation: one tile of one channel. Grid: (ceil(N*across*down / WG), M, 1). Limit: 16 loads, 4 stores.
override WG: u32 = 64;

struct Params { n: u32, m: u32, h: u32, w: u32, across: u32, down: u32, t4: u32, has_bias: u32 }
@group(0) @binding(0) var<storage, read> p: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn row(at: u32, step: u32) -> vec4f { return vec4f(p[at], p[at + step], p[at + 2 * step], p[at + 3 * step]); }

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let per = params.across * params.down;
  let tile = id.x;
  let n = tile / per;
  if (n >= params.n) { return; }
  let m = id.y;
  let step = params.m * params.t4 * 4;
  let at = m * params.t4 * 4 + tile;
  let r0 = row(at, step);
  let r1 = row(at + 4 * step, step);
  let r2 = row(at + 8 * step, step);
  let r3 = row(at + 12 * step, step);
  var offset = 0.0;
  if (params.has_bias != 0u) { offset = bias[m]; }
  let top = r0 + r1 + r2;
  let low = r1 - r2 - r3;
  let oy = (tile - n * per) / params.across * 2;
  let ox = (tile % params.across) * 2;
  let to = ((n * params.m + m) * params.h + oy) * params.w + ox;
  let right = ox + 1 < params.w;
  y[to] = top.x + top.y + top.z + offset;
  if (right) { y[to + 1] = top.y - top.z - top.w + offset; }
  if (oy + 1 < params.h) {
    y[to + params.w] = low.x + low.y + low.z + offset;
    if (right) { y[to + params.w + 1] = low.y - low.z - low.w + offset; }
  }
}
