// y[b, m, n] = sum over k of A[b, k, m] * B[b, k, n] in tiles of workgroup memory, for GPUs: matmul/forward's contract.
// a [.][K][m4] vec4 over rows of A, b [.][K][n4] vec4 over columns of B; a_batch, b_batch: vec4 from one matrix to the
// next, 0 if shared. y at b * m * n + row * row_step + column * column_step.
// Tile of a workgroup: 4*QUADS rows x 4*QUADS columns; per thread 4 x 4 results, or 8 x 8 with WIDE. Each round every
// thread brings one vec4 of each side, fetched while the round before is computed. Grid: (column tiles, row tiles, b).
// Limit: the multiply-adds; 16 per 2 vec4 of workgroup memory, 64 per 4 with WIDE.
override QUADS: u32 = 16;    // vec4 along each side of the tile: 8, 16, or 32 with WIDE
override WIDE: bool = false;
override LANES: u32 = select(QUADS, QUADS / 2, WIDE);
override THREADS: u32 = LANES * LANES; // and vec4 of each side in workgroup memory: DEPTH rows of QUADS
override DEPTH: u32 = THREADS / QUADS;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { m: u32, n: u32, k: u32, m4: u32, n4: u32, a_batch: u32, b_batch: u32, row_step: u32, column_step: u32 }
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> left: array<vec4f, THREADS>;
var<workgroup> right: array<vec4f, THREADS>;

fn put(batch: u32, row: u32, column: u32, v: vec4f) {
  if (row >= params.m) { return; }
  let step = params.column_step;
  let at = batch * params.m * params.n + row * params.row_step + column * step;
  if (column < params.n) { y[at] = v.x; }
  if (column + 1u < params.n) { y[at + step] = v.y; }
  if (column + 2u < params.n) { y[at + 2u * step] = v.z; }
  if (column + 3u < params.n) { y[at + 3u * step] = v.w; }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let quad = thread % QUADS;
  let row4 = group.y * QUADS + quad;
  let column4 = group.x * QUADS + quad;
  var k = thread / QUADS;
  var ia = group.z * params.a_batch + k * params.m4 + row4;
  var ib = group.z * params.b_batch + k * params.n4 + column4;
  let row = thread / LANES;
  let column = thread % LANES;

  // Results: s<i><j> one vec4 of columns per row i of row quad j; column quad 0, or 1 in t (WIDE only: j = 1 and t).
  var s00 = vec4f(); var s10 = vec4f(); var s20 = vec4f(); var s30 = vec4f();
  var s01 = vec4f(); var s11 = vec4f(); var s21 = vec4f(); var s31 = vec4f();
  var t00 = vec4f(); var t10 = vec4f(); var t20 = vec4f(); var t30 = vec4f();
  var t01 = vec4f(); var t11 = vec4f(); var t21 = vec4f(); var t31 = vec4f();
  var u0 = vec4f();
  var v0 = vec4f();
  let rounds = (params.k + DEPTH - 1) / DEPTH;
  for (var round = 0u; round <= rounds; round++) {
    if (round > 0u) {
      workgroupBarrier();
      left[thread] = u0;
      right[thread] = v0;
      workgroupBarrier();
    }
    u0 = vec4f();
    v0 = vec4f();
    if (k < params.k) { // beyond the last round it never is
      if (row4 < params.m4) { u0 = a[ia]; }
      if (column4 < params.n4) { v0 = b[ib]; }
    }
    k += DEPTH;
    ia += DEPTH * params.m4;
    ib += DEPTH * params.n4;
    if (round > 0u) {
      for (var d = 0u; d < DEPTH; d++) {
        let u = left[d * QUADS + row];
        let v = right[d * QUADS + column];
        s00 += u.x * v; s10 += u.y * v; s20 += u.z * v; s30 += u.w * v;
        if (WIDE) {
          let p = left[d * QUADS + LANES + row];
          let q = right[d * QUADS + LANES + column];
          s01 += p.x * v; s11 += p.y * v; s21 += p.z * v; s31 += p.w * v;
          t00 += u.x * q; t10 += u.y * q; t20 += u.z * q; t30 += u.w * q;
          t01 += p.x * q; t11 += p.y * q; t21 += p.z * q; t31 += p.w * q;
        }
      }
    }
  }

  let z = group.z;
  let m = (group.y * QUADS + row) * 4;
  let n = (group.x * QUADS + column) * 4;
  put(z, m, n, s00); put(z, m + 1, n, s10); put(z, m + 2, n, s20); put(z, m + 3, n, s30);
  if (WIDE) {
    let far = m + LANES * 4;
    let next = n + LANES * 4;
    put(z, far, n, s01); put(z, far + 1, n, s11); put(z, far + 2, n, s21); put(z, far + 3, n, s31);
    put(z, m, next, t00); put(z, m + 1, next, t10); put(z, m + 2, next, t20); put(z, m + 3, next, t30);
    put(z, far, next, t01); put(z, far + 1, next, t11); put(z, far + 2, next, t21); put(z, far + 3, next, t31);
  }
}
