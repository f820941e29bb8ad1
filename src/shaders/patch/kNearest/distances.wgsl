// Distances of a few patches, given as columns, to every patch of a source: y[i, j] = sum over q of d(columns[q, i],
// patch j's q).
//   columns [C*p*p, n] (as patch/unfoldAt/gather writes them), source [C,h,w] -> y [n, sources]; j = row * across +
//   column of the patch's upper left pixel. METRIC 0 = |a - b|, 1 = (a - b)^2.
// Grid: x and z = source patches, one a thread; y = sixteen columns, kept in registers, so that the source is read
// once.
// #import planes
override METRIC: u32 = 0u;
@group(0) @binding(0) var<storage, read> columns: array<f32>;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { c: u32, h: u32, w: u32, side: u32, n: u32, across: u32, count: u32 }
@group(0) @binding(3) var<uniform> params: Params;

// Four values of row q from column i on; past the end the last column again, whose results are not stored.
fn load(q: u32, i: u32) -> vec4f {
  let at = q * params.n + min(vec4u(i) + vec4u(0u, 1u, 2u, 3u), vec4u(params.n - 1u));
  return vec4f(columns[at.x], columns[at.y], columns[at.z], columns[at.w]);
}
fn apart(a: vec4f, b: f32) -> vec4f {
  let e = a - b;
  return select(e * e, abs(e), METRIC == 0u);
}
fn store(i: u32, j: u32, d: vec4f) {
  for (var k = 0u; k < 4u; k++) {
    if (i + k < params.n) { y[(i + k) * params.count + j] = d[k]; }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let j = pixel_of(group, groups, lane);
  if (j >= params.count) { return; }
  let i = group.y * 16u;
  let corner = (j / params.across) * params.w + j % params.across;
  var d0 = vec4f();
  var d1 = vec4f();
  var d2 = vec4f();
  var d3 = vec4f();
  var q = 0u;
  for (var c = 0u; c < params.c; c++) {
    for (var dy = 0u; dy < params.side; dy++) {
      let row = (c * params.h + dy) * params.w + corner;
      for (var dx = 0u; dx < params.side; dx++) {
        let b = source[row + dx];
        d0 += apart(load(q, i), b);
        d1 += apart(load(q, i + 4u), b);
        d2 += apart(load(q, i + 8u), b);
        d3 += apart(load(q, i + 12u), b);
        q++;
      }
    }
  }
  store(i, j, d0);
  store(i + 4u, j, d1);
  store(i + 8u, j, d2);
  store(i + 12u, j, d3);
}
