// p x p patches of an image as columns: y[(c * p + dy) * p + dx, i] = x[c, row + dy, column + dx] for the patch
// indices[i].
//   x [C,h,w], indices u32 [n] -> y [C*p*p, n]. ALL: i is the index itself (bind any buffer of another tensor's kind).
//   CLAMP 0: index = row * across + column of the upper left pixel, patches lie inside. CLAMP 1: one patch centered on
//   every pixel, coordinates clamped at the border. An index outside the grid gives zeros.
// Grid: one thread per value of y; neighboring threads take neighboring patches.
// #import grid
override ALL: bool = false;
override CLAMP: bool = false;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { h: i32, w: i32, side: u32, n: u32, across: u32, count: u32, threads: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let i = thread % params.n;
  let q = thread / params.n;
  var index = i;
  if (!ALL) { index = indices[i]; }
  if (index >= params.count) { y[thread] = 0.0; return; }
  let shift = select(0, (i32(params.side) - 1) / 2, CLAMP);
  var row = i32(index / params.across + (q / params.side) % params.side) - shift;
  var column = i32(index % params.across + q % params.side) - shift;
  if (CLAMP) { row = clamp(row, 0, params.h - 1); column = clamp(column, 0, params.w - 1); }
  let c = i32(q / (params.side * params.side));
  y[thread] = x[(c * params.h + row) * params.w + column];
}
