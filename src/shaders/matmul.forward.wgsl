// y[b, m, n] = sum over k of A[b, m, k] * B[b, k, n]. a [.][K][m4] vec4 over rows of A, b [.][K][n4] vec4 over columns of B
// (matmul.pack makes them, unless the matrix lies so already); a_batch, b_batch: vec4 from one matrix to the next, 0 if shared.
// One invocation: 4 rows x 8 columns in registers. Grid: x and y = tiles, z = b. Limit: 3 vec4 loads for 32 multiply-adds.
// #import grid
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { m: u32, n: u32, k: u32, m4: u32, n4: u32, tiles: u32, a_batch: u32, b_batch: u32 }
@group(0) @binding(3) var<uniform> params: Params;

fn put(at: u32, left: u32, v: vec4f) {
  y[at] = v.x;
  if (left > 1u) { y[at + 1u] = v.y; }
  if (left > 2u) { y[at + 2u] = v.z; }
  if (left > 3u) { y[at + 3u] = v.w; }
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = workgroup_flat(group, groups) * WG + lane;
  let across = (params.n4 + 1u) / 2u;
  if (tile >= params.tiles) { return; }
  let row4 = tile / across;
  let column4 = (tile - row4 * across) * 2u;
  let second = select(0u, 1u, column4 + 1u < params.n4); // an odd n4 has no second four columns in its last tile
  var ia = group.z * params.a_batch + row4;
  var ib = group.z * params.b_batch + column4;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f(); // one per row, the first four columns
  var t0 = vec4f(); var t1 = vec4f(); var t2 = vec4f(); var t3 = vec4f(); // the second four
  for (var k = 0u; k < params.k; k++) {
    let v = a[ia];
    let w = b[ib];
    let u = b[ib + second];
    s0 += v.x * w; s1 += v.y * w; s2 += v.z * w; s3 += v.w * w;
    t0 += v.x * u; t1 += v.y * u; t2 += v.z * u; t3 += v.w * u;
    ia += params.m4;
    ib += params.n4;
  }
  let row = row4 * 4u;
  let column = column4 * 4u;
  let left = params.n - column;
  let at = (group.z * params.m + row) * params.n + column;
  let n = params.n;
  put(at, left, s0);
  if (row + 1u < params.m) { put(at + n, left, s1); }
  if (row + 2u < params.m) { put(at + 2u * n, left, s2); }
  if (row + 3u < params.m) { put(at + 3u * n, left, s3); }
  if (second == 0u) { return; }
  put(at + 4u, left - 4u, t0);
  if (row + 1u < params.m) { put(at + n + 4u, left - 4u, t1); }
  if (row + 2u < params.m) { put(at + 2u * n + 4u, left - 4u, t2); }
  if (row + 3u < params.m) { put(at + 3u * n + 4u, left - 4u, t3); }
}
