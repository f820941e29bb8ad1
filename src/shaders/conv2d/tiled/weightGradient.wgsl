// The weight gradient as one matrix product whose right side is never stored (implicit GEMM), for GPUs:
//   sums[split][co][column] = sum over the split's pixels of dy[co, pixel] * x[where the column's tap meets that
//   pixel],
// column = (ci*Kh+kh)*Kw+kw: all taps in one tile, so dy is read once for all of them. conv2d/weightGradient/partialSum
// adds the splits: two passes, no atomics, the same bits every time. Any kernel, stride, dilation and padding (zero or
// reflect). Tile of a workgroup: 4*QUADS output channels x 4*QUADS columns; per thread 4 x 4 results, or 8 x 8 with
// WIDE. x [N,Ci,H,W], dy [N,Co,Ho,Wo], sums [splits][Co][Ci*Kh*Kw]. Grid: (column tiles, channel tiles, splits). Limit:
// the multiply-adds; 16 per 2 vec4 of workgroup memory, 64 per 4 with WIDE.
// #import conv2d
override QUADS: u32 = 16;    // vec4 along each side of the tile: 8, 16, or 32 with WIDE
override WIDE: bool = false;
override LANES: u32 = select(QUADS, QUADS / 2, WIDE);
override THREADS: u32 = LANES * LANES;
override DEPTH: u32 = THREADS / QUADS; // pixels a round
// neighboring lanes write neighboring rows: one vec4 more, and they meet other banks
override PITCH: u32 = QUADS + 1;
override CELLS: u32 = DEPTH * PITCH;

struct Params {
  n: i32, ci: i32, h: i32, w: i32, co: i32, ho: i32, wo: i32, kh: i32, kw: i32,
  stride: i32, dilation: i32, pad: i32, reflect: u32, rounds: i32, // rounds: of DEPTH pixels, per split
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> left: array<vec4f, CELLS>;  // [DEPTH][PITCH]: quad q holds output channels 4q..4q+3
var<workgroup> right: array<vec4f, CELLS>; // [DEPTH][PITCH]: quad q holds columns 4q..4q+3

fn put(split: i32, co: i32, column: i32, v: vec4f) {
  let columns = params.ci * params.kh * params.kw;
  if (co >= params.co) { return; }
  let at = (split * params.co + co) * columns + column;
  if (column < columns) { sums[at] = v.x; }
  if (column + 1 < columns) { sums[at + 1] = v.y; }
  if (column + 2 < columns) { sums[at + 2] = v.z; }
  if (column + 3 < columns) { sums[at + 3] = v.w; }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let split = i32(group.z);
  // What this thread brings: pixel `depth` of a round, for quad `quad` of both sides. Lanes walk along the pixels.
  let depth = thread % DEPTH;
  let quad = thread / DEPTH;
  let taps = params.kh * params.kw;
  let columns = params.ci * taps;
  let column = i32(group.x * QUADS + quad) * 4 + vec4i(0, 1, 2, 3);
  let ci = column / taps;
  let tap = column - ci * taps;
  let kh = tap / params.kw;
  let shift_y = kh * params.dilation - params.pad;
  let shift_x = (tap - kh * params.kw) * params.dilation - params.pad;
  let area = params.h * params.w;
  let source = select(vec4i(), ci * area, column < vec4i(columns));
  let co = i32(group.y * QUADS + quad) * 4 + vec4i(0, 1, 2, 3);
  let plane = params.ho * params.wo;
  let all = params.n * plane;
  let from_dy = min(co, vec4i(params.co - 1)) * plane; // beyond the end: values that no result of ours uses
  var pixel = split * params.rounds * i32(DEPTH) + i32(depth);
  var n = pixel / plane;
  var oy = (pixel - n * plane) / params.wo;
  var ox = pixel - n * plane - oy * params.wo;

  // Results: s<i><j> one vec4 of columns per channel i of channel quad j; column quad 0, or 1 in t (WIDE only: j = 1
  // and t).
  var s00 = vec4f(); var s10 = vec4f(); var s20 = vec4f(); var s30 = vec4f();
  var s01 = vec4f(); var s11 = vec4f(); var s21 = vec4f(); var s31 = vec4f();
  var t00 = vec4f(); var t10 = vec4f(); var t20 = vec4f(); var t30 = vec4f();
  var t01 = vec4f(); var t11 = vec4f(); var t21 = vec4f(); var t31 = vec4f();
  let row = thread / LANES;
  let lane = thread % LANES;

  var a = vec4f();
  var b = vec4f();
  for (var round = 0; round <= params.rounds; round++) {
    if (round > 0) {
      workgroupBarrier();
      left[depth * PITCH + quad] = a;
      right[depth * PITCH + quad] = b;
      workgroupBarrier();
    }
    if (round < params.rounds) { // the next round's values are under way during this one's arithmetic
      a = vec4f();
      b = vec4f();
      if (pixel < all) {
        let p = n * params.co * plane + oy * params.wo + ox + from_dy;
        a = vec4f(dy[p.x], dy[p.y], dy[p.z], dy[p.w]);
        let iy = reflected4(oy * params.stride + shift_y, params.h, params.reflect);
        let ix = reflected4(ox * params.stride + shift_x, params.w, params.reflect);
        let seen = inside4(iy, params.h) & inside4(ix, params.w);
        let q = select(vec4i(), n * params.ci * area + source + iy * params.w + ix, seen);
        b = select(vec4f(), vec4f(x[q.x], x[q.y], x[q.z], x[q.w]), seen);
      }
      pixel += i32(DEPTH);
      ox += i32(DEPTH);
      while (ox >= params.wo) { ox -= params.wo; oy++; }
      while (oy >= params.ho) { oy -= params.ho; n++; }
    }
    if (round > 0) {
      for (var d = 0u; d < DEPTH; d++) {
        let u = left[d * PITCH + row];
        let v = right[d * PITCH + lane];
        s00 += u.x * v; s10 += u.y * v; s20 += u.z * v; s30 += u.w * v;
        if (WIDE) {
          let p = left[d * PITCH + LANES + row];
          let q = right[d * PITCH + LANES + lane];
          s01 += p.x * v; s11 += p.y * v; s21 += p.z * v; s31 += p.w * v;
          t00 += u.x * q; t10 += u.y * q; t20 += u.z * q; t30 += u.w * q;
          t01 += p.x * q; t11 += p.y * q; t21 += p.z * q; t31 += p.w * q;
        }
      }
    }
  }

  let m = i32(group.y * QUADS + row) * 4;
  let k = i32(group.x * QUADS + lane) * 4;
  put(split, m, k, s00); put(split, m + 1, k, s10); put(split, m + 2, k, s20); put(split, m + 3, k, s30);
  if (WIDE) {
    let far = m + i32(LANES) * 4;
    let next = k + i32(LANES) * 4;
    put(split, far, k, s01); put(split, far + 1, k, s11); put(split, far + 2, k, s21); put(split, far + 3, k, s31);
    put(split, m, next, t00); put(split, m + 1, next, t10); put(split, m + 2, next, t20); put(split, m + 3, next, t30);
    put(split, far, next, t01); put(split, far + 1, next, t11);
    put(split, far + 2, next, t21); put(split, far + 3, next, t31);
  }
}
