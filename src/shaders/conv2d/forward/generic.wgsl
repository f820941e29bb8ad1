// y[n,co,oy,ox] = bias[co] + sum over ci,kh,kw of x[n,ci,oy*stride+kh*dilation-pad,ox*stride+kw*dilation-pad] *
// w[co,ci,kh,kw] Any kernel, stride, dilation and padding (zero or reflect), any adapter.
// x [N,Ci,H,W]; w packed by conv2d/pack: [Ci*Kh*Kw][m4] vec4 over output channels, m4 even; y [N,Co,Ho,Wo].
// One invocation: 4 neighboring pixels of a row x 8 output channels, all in registers.
// Grid: (ceil(Ho*ceil(Wo/4) / WG), m4/2, N). Limit: 4 scalar + 2 vec4 loads for 32 multiply-adds.
// #import conv2d
override WG: u32 = 64;
override HAS_BIAS: bool = false;

struct Params {
  ci: i32, h: i32, w: i32, co: i32, ho: i32, wo: i32, kh: i32, kw: i32,
  stride: i32, dilation: i32, pad: i32, reflect: u32, m4: i32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when HAS_BIAS is false
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn put(n: i32, co: i32, pixel: i32, ox: i32, sum: vec4f) {
  if (co >= params.co) { return; }
  var value = sum;
  if (HAS_BIAS) { value += bias[co]; }
  let at = (n * params.co + co) * params.ho * params.wo + pixel;
  y[at] = value.x;
  if (ox + 1 < params.wo) { y[at + 1] = value.y; }
  if (ox + 2 < params.wo) { y[at + 2] = value.z; }
  if (ox + 3 < params.wo) { y[at + 3] = value.w; }
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tiles = (params.wo + 3) / 4;
  let oy = i32(id.x) / tiles;
  if (oy >= params.ho) { return; }
  let ox = (i32(id.x) - oy * tiles) * 4;
  let m = i32(id.y) * 2;
  let n = i32(id.z);
  let taps = params.kh * params.kw;
  let plane = params.h * params.w;

  // one per pixel, channels 0..3
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var t0 = vec4f(); var t1 = vec4f(); var t2 = vec4f(); var t3 = vec4f(); // channels 4..7
  for (var kh = 0; kh < params.kh; kh++) {
    let iy = reflected(oy * params.stride + kh * params.dilation - params.pad, params.h, params.reflect);
    if (!inside(iy, params.h)) { continue; }
    for (var kw = 0; kw < params.kw; kw++) {
      let first = ox * params.stride + kw * params.dilation - params.pad;
      let i0 = reflected(first, params.w, params.reflect);
      let i1 = reflected(first + params.stride, params.w, params.reflect);
      let i2 = reflected(first + 2 * params.stride, params.w, params.reflect);
      let i3 = reflected(first + 3 * params.stride, params.w, params.reflect);
      let mask = select(vec4f(), vec4f(1.0),
        vec4<bool>(inside(i0, params.w), inside(i1, params.w), inside(i2, params.w), inside(i3, params.w)));
      let edge = params.w - 1;
      let d0 = clamp(i0, 0, edge); let d1 = clamp(i1, 0, edge);
      let d2 = clamp(i2, 0, edge); let d3 = clamp(i3, 0, edge);
      var source = n * params.ci * plane + iy * params.w;
      var at = (kh * params.kw + kw) * params.m4 + m;
      for (var ci = 0; ci < params.ci; ci++) {
        let v = vec4f(x[source + d0], x[source + d1], x[source + d2], x[source + d3]) * mask;
        let a = w[at];
        let b = w[at + 1];
        s0 += v.x * a; s1 += v.y * a; s2 += v.z * a; s3 += v.w * a;
        t0 += v.x * b; t1 += v.y * b; t2 += v.z * b; t3 += v.w * b;
        source += plane;
        at += taps * params.m4;
      }
    }
  }
  let co = m * 4;
  let pixel = oy * params.wo + ox;
  let s = transpose(mat4x4f(s0, s1, s2, s3));
  let t = transpose(mat4x4f(t0, t1, t2, t3));
  put(n, co, pixel, ox, s[0]); put(n, co + 1, pixel, ox, s[1]);
  put(n, co + 2, pixel, ox, s[2]); put(n, co + 3, pixel, ox, s[3]);
  put(n, co + 4, pixel, ox, t[0]); put(n, co + 5, pixel, ox, t[1]);
  put(n, co + 6, pixel, ox, t[2]); put(n, co + 7, pixel, ox, t[3]);
}
