// The gradient of reflect padding: dx[p,iy,ix] = sum of dpadded over every padded position that mirrors onto (iy, ix).
// dpadded [P, H+2*pad, W+2*pad], dx [P, H, W], pad < min(H, W), P = N*C planes. Overwrites dx.
// One invocation: one pixel. Grid: (ceil(H*W / WG), min(P, 65535), 1); planes beyond the grid by a stride loop.
override WG: u32 = 64;

struct Params { planes: u32, h: i32, w: i32, pad: i32 }
@group(0) @binding(0) var<storage, read> dpadded: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

// The padded positions of index i on an axis of n: itself, its mirror before the start, its mirror behind the end (-1: none).
fn mirrors(i: i32, n: i32) -> vec3<i32> {
  let pad = params.pad;
  return vec3<i32>(pad + i,
    select(-1, pad - i, i > 0 && i <= pad),
    select(-1, pad + 2 * (n - 1) - i, i < n - 1 && i >= n - 1 - pad));
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let pixel = i32(id.x);
  if (pixel >= params.h * params.w) { return; }
  let width = params.w + 2 * params.pad;
  let plane = (params.h + 2 * params.pad) * width;
  let iy = pixel / params.w;
  let rows = mirrors(iy, params.h);
  let columns = mirrors(pixel - iy * params.w, params.w);
  for (var p = id.y; p < params.planes; p += groups.y) {
    var sum = 0.0;
    for (var r = 0; r < 3; r++) {
      let row = select(select(rows.z, rows.y, r == 1), rows.x, r == 0);
      if (row < 0) { continue; }
      let at = i32(p) * plane + row * width;
      sum += dpadded[at + columns.x];
      if (columns.y >= 0) { sum += dpadded[at + columns.y]; }
      if (columns.z >= 0) { sum += dpadded[at + columns.z]; }
    }
    dx[i32(p) * params.h * params.w + pixel] = sum;
  }
}
