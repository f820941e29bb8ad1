// sums[split][co][column] = sum over the split's rows of dy[n,co,oy,ox] * x[n,ci,oy*stride+kh*dilation-pad,...],
// column = (ci*Kh+kh)*Kw+kw. conv2d/weightGradient/partialSum adds the splits up: two passes, no atomics, the same bits
// every time. Any kernel, stride, dilation and padding (zero or reflect), any adapter.
// x [N,Ci,H,W], dy [N,Co,Ho,Wo]; a split is `rows` consecutive rows of the N*Ho rows of dy; sums
// [splits][Co][Ci*Kh*Kw]. One invocation: 4 output channels x 8 columns.
// Grid: (ceil(ceil(Ci*Kh*Kw/8) / WG), ceil(Co/4), splits). Limit: 12 scalar loads for 32 multiply-adds.
// #import conv2d
override WG: u32 = 64;

struct Params {
  n: i32, ci: i32, h: i32, w: i32, co: i32, ho: i32, wo: i32, kh: i32, kw: i32,
  stride: i32, dilation: i32, pad: i32, reflect: u32, rows: i32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Column { plane: i32, dy: i32, dx: i32 } // where a column reads: channel plane, row and column shift

fn column(i: i32, columns: i32) -> Column {
  let c = min(i, columns - 1);
  let taps = params.kh * params.kw;
  let ci = c / taps;
  let tap = c - ci * taps;
  let kh = tap / params.kw;
  return Column(ci * params.h * params.w, kh * params.dilation - params.pad,
    (tap - kh * params.kw) * params.dilation - params.pad);
}

// Start of the row of x that output row (n, oy) meets in this column; -1 if it lies in the zero padding.
fn row_start(c: Column, n: i32, oy: i32) -> i32 {
  let iy = reflected(oy * params.stride + c.dy, params.h, params.reflect);
  return select(-1, n * params.ci * params.h * params.w + c.plane + iy * params.w, inside(iy, params.h));
}

fn pick(row: i32, i: i32) -> f32 {
  let ix = reflected(i, params.w, params.reflect);
  let there = row >= 0 && inside(ix, params.w);
  return select(0.0, x[select(0, row + ix, there)], there);
}

fn put(at: i32, left: i32, v: vec4f) {
  if (left > 0) { sums[at] = v.x; }
  if (left > 1) { sums[at + 1] = v.y; }
  if (left > 2) { sums[at + 2] = v.z; }
  if (left > 3) { sums[at + 3] = v.w; }
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = params.ci * params.kh * params.kw;
  let first = i32(id.x) * 8;
  if (first >= columns) { return; }
  let co = i32(id.y) * 4;
  let split = i32(id.z);
  let c0 = column(first, columns); let c1 = column(first + 1, columns);
  let c2 = column(first + 2, columns); let c3 = column(first + 3, columns);
  let c4 = column(first + 4, columns); let c5 = column(first + 5, columns);
  let c6 = column(first + 6, columns); let c7 = column(first + 7, columns);
  let last = params.co - 1;
  let plane = params.ho * params.wo;

  // one per output channel, columns 0..3
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f(); // columns 4..7
  let end = min((split + 1) * params.rows, params.n * params.ho);
  for (var row = split * params.rows; row < end; row++) {
    let n = row / params.ho;
    let oy = row - n * params.ho;
    let r0 = row_start(c0, n, oy); let r1 = row_start(c1, n, oy);
    let r2 = row_start(c2, n, oy); let r3 = row_start(c3, n, oy);
    let r4 = row_start(c4, n, oy); let r5 = row_start(c5, n, oy);
    let r6 = row_start(c6, n, oy); let r7 = row_start(c7, n, oy);
    let source = n * params.co * plane + oy * params.wo;
    let source0 = source + co * plane;
    let source1 = source + min(co + 1, last) * plane;
    let source2 = source + min(co + 2, last) * plane;
    let source3 = source + min(co + 3, last) * plane;
    for (var ox = 0; ox < params.wo; ox++) {
      let ix = ox * params.stride;
      let v = vec4f(pick(r0, ix + c0.dx), pick(r1, ix + c1.dx), pick(r2, ix + c2.dx), pick(r3, ix + c3.dx));
      let u = vec4f(pick(r4, ix + c4.dx), pick(r5, ix + c5.dx), pick(r6, ix + c6.dx), pick(r7, ix + c7.dx));
      let g = vec4f(dy[source0 + ox], dy[source1 + ox], dy[source2 + ox], dy[source3 + ox]);
      a0 += g.x * v; a1 += g.y * v; a2 += g.z * v; a3 += g.w * v;
      b0 += g.x * u; b1 += g.y * u; b2 += g.z * u; b3 += g.w * u;
    }
  }
  let at = (split * params.co + co) * columns + first;
  let left = columns - first;
  put(at, left, a0);
  put(at + 4, left - 4, b0);
  if (co < last) { put(at + columns, left, a1); put(at + columns + 4, left - 4, b1); }
  if (co + 1 < last) { put(at + 2 * columns, left, a2); put(at + 2 * columns + 4, left - 4, b2); }
  if (co + 2 < last) { put(at + 3 * columns, left, a3); put(at + 3 * columns + 4, left - 4, b3); }
}
