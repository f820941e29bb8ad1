// Gradients of norm/forward, for any plane size. With h = (x - mean) * rstd, z = g * h + b, e = dy * act'(z):
//   dx = rstd * (g e - mean(g e) - h * mean(g e h)), dbeta = sum e, dgamma = sum e * h.
// A unit is a plane, or with AFFINE 1 a channel, whose planes in all `samples` are walked: dgamma[c], dbeta[c]. AFFINE
// 2 writes e * h and e per element, unsummed; any small buffers with AFFINE 0. Grid: one invocation per unit.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(7) var<storage, read_write> dbeta: array<f32>;
struct Params { units: u32, samples: u32, length: u32, slope: f32 }
@group(0) @binding(8) var<uniform> params: Params;
override AFFINE: u32 = 0u;
override WG: u32 = 8u;

struct Element { h: f32, e: f32, ge: f32 }

fn element(i: u32, mean: f32, rstd: f32, g: f32, b: f32) -> Element {
  let h = (x[i] - mean) * rstd;
  var gg = g;
  var bb = b;
  if (AFFINE == 2u) {
    gg = gamma[i];
    bb = beta[i];
  }
  let d = dy[i];
  let e = select(d * params.slope, d, gg * h + bb > 0.0);
  return Element(h, e, gg * e);
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let unit = id.x;
  if (unit >= params.units) { return; }
  var g = 1.0;
  var b = 0.0;
  if (AFFINE == 1u) {
    g = gamma[unit];
    b = beta[unit];
  }
  let n = f32(params.length);
  var total = vec2f(0.0);
  for (var sample = 0u; sample < params.samples; sample++) {
    let plane = sample * params.units + unit;
    let base = plane * params.length;
    let mean = stats[plane].x;
    let rstd = stats[plane].y;
    // Two partial sums each: shorter chains of additions, and less rounding.
    var s0 = vec4f(0.0);
    var s1 = vec4f(0.0);
    for (var k = 0u; k < params.length; k += 2u) {
      let p = element(base + k, mean, rstd, g, b);
      s0 += vec4f(p.ge, p.ge * p.h, p.e, p.e * p.h);
      if (k + 1u < params.length) {
        let r = element(base + k + 1u, mean, rstd, g, b);
        s1 += vec4f(r.ge, r.ge * r.h, r.e, r.e * r.h);
      }
    }
    let s = s0 + s1;
    total += s.zw;
    let m0 = s.x / n;
    let m1 = s.y / n;
    for (var k = 0u; k < params.length; k++) {
      let i = base + k;
      let p = element(i, mean, rstd, g, b);
      dx[i] = rstd * (p.ge - m0 - p.h * m1);
      if (AFFINE == 2u) {
        dgamma[i] = p.e * p.h;
        dbeta[i] = p.e;
      }
    }
  }
  if (AFFINE == 1u) {
    dgamma[unit] = total.y;
    dbeta[unit] = total.x;
  }
}
