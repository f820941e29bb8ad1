// y = act(g * (x - mean) / sqrt(var + eps) + b) [+ skip] for each plane of x [planes, length]; mean and (biased)
// variance are the plane's. AFFINE 0: g = 1, b = 0; 1: g, b per channel [C]; 2: g, b per element, the shape of x. act:
// LeakyReLU with `slope` (1: none). stats[plane] = (mean, 1 / sqrt(var + eps)).
// Any plane size; norm/forwardQuads for whole vec4. Grid: one invocation per plane. It walks its plane twice, so no
// pass waits for another and nothing is shared.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>; // any buffer when AFFINE is 0
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read> skip: array<f32>; // any buffer when SKIP is 0
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec2f>;
struct Params { planes: u32, c: u32, length: u32, eps: f32, slope: f32 }
@group(0) @binding(6) var<uniform> params: Params;
override AFFINE: u32 = 0u;
override SKIP: bool = false;
override WG: u32 = 8u;

fn act(v: f32) -> f32 { return select(v * params.slope, v, v > 0.0); }

fn apply(i: u32, mean: f32, rstd: f32, g: f32, b: f32) {
  let h = (x[i] - mean) * rstd;
  var v = act(h * g + b);
  if (AFFINE == 2u) { v = act(h * gamma[i] + beta[i]); }
  if (SKIP) { v += skip[i]; }
  y[i] = v;
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = id.x;
  if (plane >= params.planes) { return; }
  let base = plane * params.length;
  let whole = params.length & ~3u;
  // Sums about the plane's first value: squares of raw values would cancel where the mean is large.
  let origin = x[base];
  var s = vec4f(0.0);
  var q = vec4f(0.0);
  for (var k = 0u; k < whole; k += 4u) {
    let i = base + k;
    let v = vec4f(x[i], x[i + 1u], x[i + 2u], x[i + 3u]) - origin;
    s += v;
    q += v * v;
  }
  for (var k = whole; k < params.length; k++) {
    let v = x[base + k] - origin;
    s.x += v;
    q.x += v * v;
  }
  let n = f32(params.length);
  let m = (s.x + s.y + s.z + s.w) / n;
  let variance = max((q.x + q.y + q.z + q.w) / n - m * m, 0.0);
  let mean = origin + m;
  let rstd = 1.0 / sqrt(variance + params.eps);
  stats[plane] = vec2f(mean, rstd);
  var g = 1.0;
  var b = 0.0;
  if (AFFINE == 1u) {
    g = gamma[plane % params.c];
    b = beta[plane % params.c];
  }
  for (var k = 0u; k < whole; k += 4u) {
    apply(base + k, mean, rstd, g, b);
    apply(base + k + 1u, mean, rstd, g, b);
    apply(base + k + 2u, mean, rstd, g, b);
    apply(base + k + 3u, mean, rstd, g, b);
  }
  for (var k = whole; k < params.length; k++) { apply(base + k, mean, rstd, g, b); }
}
