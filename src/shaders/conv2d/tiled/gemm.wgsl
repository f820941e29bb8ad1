// A convolution or its input gradient as one matrix product whose right side is never stored (implicit GEMM), for GPUs:
//   out[m, pixel] = lrelu(bias[m] + sum over (tap, c) of packed[(c, tap), m] * in[c, where the tap of that pixel lies])
// and with SKIP + skip[m, pixel] in place of the LeakyReLU (slope 1: none).
// Forward: in = x, m = output channels. Backward: in = dy, m = input channels; pixels are taken phase by phase (row and
// column modulo the stride), each with only the taps that reach it, so that no multiplication is by an inserted zero.
// Tile of a workgroup: 4*QUADS channels x 4*QUADS pixels; per thread 4 x 4 results, or 8 x 8 with WIDE. Each round
// every thread brings one vec4 of each side to workgroup memory, fetched while the round before is computed. packed:
// conv2d/pack's [C*Kh*Kw][m4] vec4 over m; in [N,C,hin,win]; out [splits][N,M,hout,wout]: with several splits partial
// sums for conv2d/tiled/sum. Grid: (pixel tiles of the largest phase, channel tiles, ((split*N)+n)*phases+phase).
// Limit: the multiply-adds; 16 per 2 vec4 of workgroup memory, 64 per 4 with WIDE.
// #import conv2d
override QUADS: u32 = 16;    // vec4 along each side of the tile: 8, 16, or 32 with WIDE
override WIDE: bool = false;
override SKIP: bool = false;
override LANES: u32 = select(QUADS, QUADS / 2, WIDE);
override THREADS: u32 = LANES * LANES; // and vec4 of each side in workgroup memory: DEPTH rows of QUADS
override DEPTH: u32 = THREADS / QUADS;

struct Params {
  n: i32, c: i32, m: i32, m4: i32, hin: i32, win: i32, hout: i32, wout: i32, kh: i32, kw: i32,
  stride: i32, dilation: i32, pad: i32, reflect: u32, splits: i32, backward: u32, has_bias: u32, slope: f32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(3) var<storage, read> skip: array<f32>; // any buffer without SKIP
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> left: array<vec4f, THREADS>;  // [DEPTH][QUADS]: quad q holds channels 4q..4q+3
var<workgroup> right: array<vec4f, THREADS>; // [DEPTH][QUADS]: quad q holds pixels q, q+QUADS, q+2*QUADS, q+3*QUADS

// one axis of a phase: input row = i*stride + offset + tap*step
struct Axis { taps: i32, tap0: i32, step: i32, offset: i32, size: i32 }

fn axis(phase: i32, k: i32, size: i32) -> Axis {
  if (params.backward == 0u) { return Axis(k, 0, params.dilation, -params.pad, size); }
  let tap0 = (phase + params.pad) % params.stride;
  return Axis(max(0, (k - tap0 + params.stride - 1) / params.stride), tap0, -params.dilation,
    (phase + params.pad - tap0) / params.stride, (size - phase + params.stride - 1) / params.stride);
}

fn store(i: i32, v: f32) {
  if (SKIP) { y[i] = v + skip[i]; } else { y[i] = select(v * params.slope, v, v > 0.0); }
}

fn put(base: i32, m: i32, at: vec4i, sum: vec4f) {
  if (m >= params.m) { return; }
  var v = sum;
  if (params.has_bias != 0u) { v += bias[m]; }
  let row = base + m * params.hout * params.wout;
  if (at.x >= 0) { store(row + at.x, v.x); }
  if (at.y >= 0) { store(row + at.y, v.y); }
  if (at.z >= 0) { store(row + at.z, v.z); }
  if (at.w >= 0) { store(row + at.w, v.w); }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let backward = params.backward != 0u;
  let phases = select(1, params.stride, backward);
  let pair = i32(group.z) % (phases * phases);
  let plane = i32(group.z) / (phases * phases); // split * N + n
  let n = plane % params.n;
  let split = plane / params.n;
  let py = pair / phases;
  let px = pair % phases;
  let ay = axis(py, params.kh, params.hout);
  let ax = axis(px, params.kw, params.wout);

  // What this thread brings: row `depth` of both sides, quad `quad`.
  let quad = i32(thread % QUADS);
  let first = i32(group.x * QUADS * 4u);
  let pixel = first + quad + vec4i(0, 1, 2, 3) * i32(QUADS);
  let there = pixel < vec4i(ay.size * ax.size);
  let across = max(ax.size, 1); // a phase may have no pixels
  let move_in = select(params.stride, 1, backward);
  let oy = pixel / across;
  let in_y = oy * move_in + ay.offset;
  let in_x = (pixel - oy * across) * move_in + ax.offset;
  let m4 = i32(group.y * QUADS) + quad;
  let area = params.hin * params.win;
  let source = n * params.c * area;
  let count = ay.taps * ax.taps * params.c;
  let rounds = (count + i32(DEPTH) - 1) / i32(DEPTH);
  let share = (rounds + params.splits - 1) / params.splits;
  let rounds_here = min(share, rounds - split * share);
  var k = split * share * i32(DEPTH) + i32(thread / QUADS);
  var tap = k / params.c;
  var c = k - tap * params.c;
  var ty = tap / max(ax.taps, 1);
  var tx = tap - ty * ax.taps;

  // Results: s<i><j> one vec4 of pixels per channel i of channel quad j; pixel quad 0, or 1 in t (WIDE only: j = 1 and
  // t).
  var s00 = vec4f(); var s10 = vec4f(); var s20 = vec4f(); var s30 = vec4f();
  var s01 = vec4f(); var s11 = vec4f(); var s21 = vec4f(); var s31 = vec4f();
  var t00 = vec4f(); var t10 = vec4f(); var t20 = vec4f(); var t30 = vec4f();
  var t01 = vec4f(); var t11 = vec4f(); var t21 = vec4f(); var t31 = vec4f();
  let row = thread / LANES;
  let column = thread % LANES;

  var at = vec4i();
  var seen = vec4<bool>();
  var moved = true;
  var a = vec4f();
  var b = vec4f();
  for (var round = 0; round <= rounds_here; round++) {
    if (round > 0) {
      workgroupBarrier();
      left[thread] = a;
      right[thread] = b;
      workgroupBarrier();
    }
    if (round < rounds_here) { // the next round's values are under way during this one's arithmetic
      if (moved) {
        let iy = reflected4(in_y + ty * ay.step, params.hin, params.reflect);
        let ix = reflected4(in_x + tx * ax.step, params.win, params.reflect);
        seen = there & inside4(iy, params.hin) & inside4(ix, params.win);
        at = select(vec4i(), iy * params.win + ix, seen);
        moved = false;
      }
      a = vec4f();
      b = vec4f();
      if (k < count) {
        let p = source + c * area + at;
        b = select(vec4f(), vec4f(x[p.x], x[p.y], x[p.z], x[p.w]), seen);
        let whole = (ay.tap0 + ty * phases) * params.kw + ax.tap0 + tx * phases;
        if (m4 < params.m4) { a = w[(c * params.kh * params.kw + whole) * params.m4 + m4]; }
      }
      k += i32(DEPTH);
      c += i32(DEPTH);
      while (c >= params.c) {
        c -= params.c;
        tx++;
        if (tx >= ax.taps) { tx = 0; ty++; }
        moved = true;
      }
    }
    if (round > 0) {
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

  let base = plane * params.m * params.hout * params.wout;
  let m = i32(group.y * QUADS + row) * 4;
  let to = places(first + i32(column), ay, ax, py, px, phases);
  put(base, m, to, s00); put(base, m + 1, to, s10); put(base, m + 2, to, s20); put(base, m + 3, to, s30);
  if (WIDE) {
    let far = m + i32(LANES) * 4;
    let next = places(first + i32(column + LANES), ay, ax, py, px, phases);
    put(base, far, to, s01); put(base, far + 1, to, s11); put(base, far + 2, to, s21); put(base, far + 3, to, s31);
    put(base, m, next, t00); put(base, m + 1, next, t10); put(base, m + 2, next, t20); put(base, m + 3, next, t30);
    put(base, far, next, t01); put(base, far + 1, next, t11);
    put(base, far + 2, next, t21); put(base, far + 3, next, t31);
  }
}

// Where a quad's four pixels lie in a plane of the result; -1 beyond its end.
fn places(corner: i32, ay: Axis, ax: Axis, py: i32, px: i32, phases: i32) -> vec4i {
  let pixel = corner + vec4i(0, 1, 2, 3) * i32(QUADS);
  let across = max(ax.size, 1);
  let oy = pixel / across;
  let at = (py + oy * phases) * params.wout + px + (pixel - oy * across) * phases;
  return select(vec4i(-1), at, pixel < vec4i(ay.size * ax.size));
}
