// Winograd F(2x2, 3x3), input: V[4i+j][c][tile] = (B^T d B)[i][j] for the 4x4 values d that each 2x2 tile of the result
// reads, B^T = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1]. Zero or reflect padding as an index map.
// x [N,C,H,W]; tiles run along rows, then down, then over images; V [16][C][t4] vec4 over tiles, 0 beyond the last.
// One invocation: four tiles of one channel. Grid: (ceil(t4 / WG), C, 1). Limit: 64 loads, of which each value is read
// four times.
// #import conv2d
override WG: u32 = 64;

// across, down: tiles of an image
struct Params { n: i32, c: i32, h: i32, w: i32, pad: i32, reflect: u32, across: i32, down: i32, t4: i32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

struct Row { a: vec4f, b: vec4f, c: vec4f, d: vec4f } // one row of d times B, of four tiles

fn value(plane: vec4i, iy: vec4i, ix: vec4i, there: vec4<bool>) -> vec4f {
  let y = reflected4(iy, params.h, params.reflect);
  let z = reflected4(ix, params.w, params.reflect);
  let seen = there & inside4(y, params.h) & inside4(z, params.w);
  let at = select(vec4i(), plane + y * params.w + z, seen);
  return select(vec4f(), vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), seen);
}

fn line(plane: vec4i, iy: vec4i, ix: vec4i, there: vec4<bool>) -> Row {
  let p = value(plane, iy, ix, there);
  let q = value(plane, iy, ix + 1, there);
  let r = value(plane, iy, ix + 2, there);
  let s = value(plane, iy, ix + 3, there);
  return Row(p - r, q + r, r - q, q - s);
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let t = i32(id.x);
  if (t >= params.t4) { return; }
  let c = i32(id.y);
  let tile = t * 4 + vec4i(0, 1, 2, 3);
  let per = params.across * params.down;
  let n = tile / per;
  let there = n < vec4i(params.n);
  let ty = (tile - n * per) / params.across;
  let tx = tile - n * per - ty * params.across;
  let plane = (n * params.c + c) * params.h * params.w;
  let iy = ty * 2 - params.pad;
  let ix = tx * 2 - params.pad;
  let p = line(plane, iy, ix, there);
  let q = line(plane, iy + 1, ix, there);
  let r = line(plane, iy + 2, ix, there);
  let s = line(plane, iy + 3, ix, there);
  let step = params.c * params.t4;
  var at = c * params.t4 + t;
  v[at] = p.a - r.a; v[at + step] = p.b - r.b; v[at + 2 * step] = p.c - r.c; v[at + 3 * step] = p.d - r.d;
  at += 4 * step;
  v[at] = q.a + r.a; v[at + step] = q.b + r.b; v[at + 2 * step] = q.c + r.c; v[at + 3 * step] = q.d + r.d;
  at += 4 * step;
  v[at] = r.a - q.a; v[at + step] = r.b - q.b; v[at + 2 * step] = r.c - q.c; v[at + 3 * step] = r.d - q.d;
  at += 4 * step;
  v[at] = q.a - s.a; v[at + step] = q.b - s.b; v[at + 2 * step] = q.c - s.c; v[at + 3 * step] = q.d - s.d;
}
