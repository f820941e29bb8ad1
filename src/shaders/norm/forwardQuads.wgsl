// norm/forward for planes of whole vec4, `LANES` neighboring invocations to a plane: 1 where invocations are walked
// one after the other (software adapters), a whole workgroup on GPUs.
//   y = act(g * (x - mean) / sqrt(var + eps) + b) [+ skip]; AFFINE, act and stats as in norm/forward; length in vec4.
// Grid: (LANES invocations per channel, 1, N).
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>; // any buffer when AFFINE is 0
@group(0) @binding(2) var<storage, read> beta: array<vec4f>;
@group(0) @binding(3) var<storage, read> skip: array<vec4f>; // any buffer when SKIP is 0
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec2f>;
struct Params {
  c: u32, length: u32, eps: f32, slope: f32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x: u32, batch_offset_gamma: u32, batch_offset_beta: u32, batch_offset_skip: u32,
  batch_offset_y: u32, batch_offset_stats: u32,
}
@group(0) @binding(6) var<uniform> params: Params;
override AFFINE: u32 = 0u;
override SKIP: bool = false;
override WG: u32 = 8u;
override LANES: u32 = 1u;

var<workgroup> parts: array<vec2f, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let second = u32(id.z >= params.batch_split);
  let c = min(id.x / LANES, params.c - 1u); // a spare invocation repeats the last channel
  let plane = (id.z - second * params.batch_split) * params.c + c;
  let part = id.x % LANES;
  let base = plane * params.length;
  let from_x = second * params.batch_offset_x + base;
  // Sums about the plane's first value: squares of raw values would cancel where the mean is large.
  let origin = x[from_x].x;
  var s = vec4f(0.0);
  var q = vec4f(0.0);
  for (var k = part; k < params.length; k += LANES) {
    let v = x[from_x + k] - origin;
    s += v;
    q += v * v;
  }
  var sums = vec2f((s.x + s.y) + (s.z + s.w), (q.x + q.y) + (q.z + q.w));
  if (LANES > 1u) {
    parts[lane] = sums;
    workgroupBarrier();
    sums = vec2f(0.0);
    for (var i = lane - part; i < lane - part + LANES; i++) { sums += parts[i]; }
  }
  let n = 4.0 * f32(params.length);
  let m = sums.x / n;
  let mean = origin + m;
  let rstd = 1.0 / sqrt(max(sums.y / n - m * m, 0.0) + params.eps);
  if (part == 0u) { stats[second * params.batch_offset_stats + plane] = vec2f(mean, rstd); }
  var g = vec4f(1.0);
  var b = vec4f(0.0);
  if (AFFINE == 1u) {
    g = vec4f(gamma[second * params.batch_offset_gamma + c / 4u][c % 4u]);
    b = vec4f(beta[second * params.batch_offset_beta + c / 4u][c % 4u]);
  }
  for (var k = part; k < params.length; k += LANES) {
    let i = base + k;
    if (AFFINE == 2u) {
      g = gamma[second * params.batch_offset_gamma + i]; b = beta[second * params.batch_offset_beta + i];
    }
    let z = (x[from_x + k] - mean) * rstd * g + b;
    var v = select(z * params.slope, z, z > vec4f(0.0));
    if (SKIP) { v += skip[second * params.batch_offset_skip + i]; }
    y[second * params.batch_offset_y + i] = v;
  }
}
