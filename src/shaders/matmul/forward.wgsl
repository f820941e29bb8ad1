// y[b, m, n] = sum over k of A[b, m, k] * B[b, k, n]. a [.][K][m4] vec4 over rows of A, b [.][K][n4] vec4 over columns
// of B (matmul/pack makes them, unless the matrix already has this order); a_batch, b_batch: vec4 from one matrix to
// the next, 0 if shared. y at b * m * n + row * row_step + column * column_step, so that either side of a product can
// be the columns. One invocation: 8 rows x 4 columns in registers. All lanes of a workgroup share their rows: the loads
// of a are uniform. Grid: x = columns, y = rows / 8, z = b. Limit: 1 vec4 load a lane and 2 a workgroup for 32
// multiply-adds.
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { m: u32, n: u32, k: u32, m4: u32, n4: u32, a_batch: u32, b_batch: u32, row_step: u32, column_step: u32 }
@group(0) @binding(3) var<uniform> params: Params;

fn put(batch: u32, row: u32, column: u32, v: vec4f) {
  if (row >= params.m) { return; }
  let step = params.column_step;
  let at = batch * params.m * params.n + row * params.row_step + column * step;
  y[at] = v.x;
  if (column + 1u < params.n) { y[at + step] = v.y; }
  if (column + 2u < params.n) { y[at + 2u * step] = v.z; }
  if (column + 3u < params.n) { y[at + 3u * step] = v.w; }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column4 = group.x * 64u + lane;
  if (column4 >= params.n4) { return; }
  let row4 = group.y * 2u;
  let second = select(0u, 1u, row4 + 1u < params.m4); // an odd m4 has no second four rows in its last tile
  var ia = group.z * params.a_batch + row4;
  var ib = group.z * params.b_batch + column4;
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f(); // one per row
  var t0 = vec4f(); var t1 = vec4f(); var t2 = vec4f(); var t3 = vec4f();
  // Two steps of k a round: the loads of both are under way together.
  for (var k = 0u; k + 1u < params.k; k += 2u) {
    let v = a[ia]; let u = a[ia + second]; let w = b[ib];
    let next = ia + params.m4;
    let p = a[next]; let q = a[next + second]; let r = b[ib + params.n4];
    s0 += v.x * w; s1 += v.y * w; s2 += v.z * w; s3 += v.w * w;
    t0 += u.x * w; t1 += u.y * w; t2 += u.z * w; t3 += u.w * w;
    s0 += p.x * r; s1 += p.y * r; s2 += p.z * r; s3 += p.w * r;
    t0 += q.x * r; t1 += q.y * r; t2 += q.z * r; t3 += q.w * r;
    ia = next + params.m4;
    ib += 2u * params.n4;
  }
  if (params.k % 2u == 1u) {
    let v = a[ia]; let u = a[ia + second]; let w = b[ib];
    s0 += v.x * w; s1 += v.y * w; s2 += v.z * w; s3 += v.w * w;
    t0 += u.x * w; t1 += u.y * w; t2 += u.z * w; t3 += u.w * w;
  }
  let row = row4 * 4u;
  let column = column4 * 4u;
  put(group.z, row, column, s0); put(group.z, row + 1u, column, s1);
  put(group.z, row + 2u, column, s2); put(group.z, row + 3u, column, s3);
  if (second == 0u) { return; }
  put(group.z, row + 4u, column, t0); put(group.z, row + 5u, column, t1);
  put(group.z, row + 6u, column, t2); put(group.z, row + 7u, column, t3);
}
