// Gradients of norm/forward for planes of whole vec4, LANES neighboring invocations to a unit as in
// norm/forwardQuads; length in vec4. With h = (x - mean) * rstd, z = g * h + b, e = dy * act'(z): dx = rstd * (g e -
// mean(g e) - h * mean(g e h)). A unit is a plane, or with AFFINE 1 a channel, whose planes in all `samples` are
// walked. The including kernel stores sum e and sum e h of a unit, and e and e h of an element. Grid:
// LANES invocations per unit.
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>; // any buffer when AFFINE is 0
@group(0) @binding(4) var<storage, read> beta: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>;
struct Params {
  units: u32, samples: u32, length: u32, slope: f32, second_samples: u32,
  // see autograd/passes/batchedPairs.ts
  batch_split: u32, batch_offset_x: u32, batch_offset_dy: u32, batch_offset_stats: u32, batch_offset_gamma: u32,
  batch_offset_beta: u32, batch_offset_dx: u32, batch_offset_dgamma: u32, batch_offset_dbeta: u32,
}
@group(0) @binding(8) var<uniform> params: Params;
override AFFINE: u32 = 0u;
override WG: u32 = 8u;
override LANES: u32 = 1u;

var<workgroup> parts: array<vec4f, WG>;

struct Element { h: vec4f, e: vec4f, ge: vec4f }

fn element(second: u32, i: u32, mean: f32, rstd: f32, g0: vec4f, b0: vec4f) -> Element {
  var g = g0;
  var b = b0;
  if (AFFINE == 2u) {
    g = gamma[second * params.batch_offset_gamma + i]; b = beta[second * params.batch_offset_beta + i];
  }
  let h = (x[second * params.batch_offset_x + i] - mean) * rstd;
  let d = dy[second * params.batch_offset_dy + i];
  let e = select(d * params.slope, d, g * h + b > vec4f(0.0));
  return Element(h, e, g * e);
}

fn across(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let unit = min(id.x / LANES, params.units - 1u); // a spare invocation repeats the last unit
  let part = id.x % LANES;
  let second = u32(group.z >= params.batch_split);
  var g = vec4f(1.0);
  var b = vec4f(0.0);
  if (AFFINE == 1u) {
    g = vec4f(gamma[second * params.batch_offset_gamma + unit / 4u][unit % 4u]);
    b = vec4f(beta[second * params.batch_offset_beta + unit / 4u][unit % 4u]);
  }
  let n = 4.0 * f32(params.length);
  var total = vec2f(0.0);
  for (var sample = 0u; sample < select(params.samples, params.second_samples, second == 1u); sample++) {
    let plane = sample * params.units + unit;
    let base = plane * params.length;
    let mean = stats[second * params.batch_offset_stats + plane].x;
    let rstd = stats[second * params.batch_offset_stats + plane].y;
    var ge = vec4f(0.0);
    var geh = vec4f(0.0);
    var e = vec4f(0.0);
    var eh = vec4f(0.0);
    for (var k = part; k < params.length; k += LANES) {
      let p = element(second, base + k, mean, rstd, g, b);
      ge += p.ge;
      geh += p.ge * p.h;
      if (AFFINE == 1u) {
        e += p.e;
        eh += p.e * p.h;
      }
    }
    var sums = vec4f(across(ge), across(geh), across(e), across(eh));
    if (LANES > 1u) {
      parts[lane] = sums;
      workgroupBarrier();
      sums = vec4f(0.0);
      for (var i = lane - part; i < lane - part + LANES; i++) { sums += parts[i]; }
      workgroupBarrier();
    }
    total += sums.zw;
    let m0 = sums.x / n;
    let m1 = sums.y / n;
    for (var k = part; k < params.length; k += LANES) {
      let p = element(second, base + k, mean, rstd, g, b);
      dx[second * params.batch_offset_dx + base + k] = rstd * (p.ge - m0 - p.h * m1);
      element_sums(second, base + k, p.e * p.h, p.e);
    }
  }
  if (part == 0u) { unit_sums(second, unit, total.y, total.x); }
}
