// dx[n,ci,iy,ix] = bias[ci] + sum over co,kh,kw of dy[n,co,oy,ox] * w[co,ci,kh,kw] where iy = oy*stride+kh*dilation-pad
// (ix alike): the gradient of a zero-padded convolution, and the forward of a transposed one (which is what the bias is
// for). Any kernel, stride, dilation; any adapter. (Reflect padding: inputGradient/reflect adds what it takes more.) dy
// [N,Co,Ho,Wo]; w packed by conv2d/pack: [Co*Kh*Kw][m4] vec4 over input channels, m4 even; dx [N,Ci,H,W]. One
// invocation: 4 pixels of a row, `stride` apart (so they share their taps), x 8 channels.
// Grid: (ceil(H*stride*ceil(ceil(W/stride)/4) / WG), m4/2, N). Limit: 4 scalar + 2 vec4 loads for 32 multiply-adds.
// #import conv2d
override WG: u32 = 64;
override HAS_BIAS: bool = false;

struct Params {
  ci: i32, h: i32, w: i32, co: i32, ho: i32, wo: i32, kh: i32, kw: i32,
  stride: i32, dilation: i32, pad: i32, m4: i32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when HAS_BIAS is false
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn put(n: i32, ci: i32, pixel: i32, ix: i32, sum: vec4f) {
  if (ci >= params.ci) { return; }
  var value = sum;
  if (HAS_BIAS) { value += bias[ci]; }
  let at = (n * params.ci + ci) * params.h * params.w + pixel;
  let step = params.stride;
  dx[at] = value.x;
  if (ix + step < params.w) { dx[at + step] = value.y; }
  if (ix + 2 * step < params.w) { dx[at + 2 * step] = value.z; }
  if (ix + 3 * step < params.w) { dx[at + 3 * step] = value.w; }
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let stride = params.stride;
  let tiles = ((params.w + stride - 1) / stride + 3) / 4;
  let iy = i32(id.x) / (tiles * stride);
  if (iy >= params.h) { return; }
  let across = i32(id.x) - iy * tiles * stride;
  let phase = across / tiles;
  let ix = phase + (across - phase * tiles) * 4 * stride;
  if (ix >= params.w) { return; }
  let m = i32(id.y) * 2;
  let n = i32(id.z);
  let taps = params.kh * params.kw;
  let plane = params.ho * params.wo;

  // one per pixel, channels 0..3
  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var t0 = vec4f(); var t1 = vec4f(); var t2 = vec4f(); var t3 = vec4f(); // channels 4..7
  for (var kh = 0; kh < params.kh; kh++) {
    let up = iy + params.pad - kh * params.dilation;
    let oy = up / stride;
    if (up < 0 || oy * stride != up || oy >= params.ho) { continue; }
    for (var kw = 0; kw < params.kw; kw++) {
      // kept positive: / truncates
      let left = ix + params.pad - kw * params.dilation + 4 * stride * params.kw * params.dilation;
      let column = left / stride;
      if (column * stride != left) { continue; }
      let ox = column - 4 * params.kw * params.dilation;
      let mask = select(vec4f(), vec4f(1.0),
        vec4<bool>(inside(ox, params.wo), inside(ox + 1, params.wo), inside(ox + 2, params.wo),
          inside(ox + 3, params.wo)));
      let edge = params.wo - 1;
      let d0 = clamp(ox, 0, edge); let d1 = clamp(ox + 1, 0, edge);
      let d2 = clamp(ox + 2, 0, edge); let d3 = clamp(ox + 3, 0, edge);
      var source = n * params.co * plane + oy * params.wo;
      var at = (kh * params.kw + kw) * params.m4 + m;
      for (var co = 0; co < params.co; co++) {
        let v = vec4f(dy[source + d0], dy[source + d1], dy[source + d2], dy[source + d3]) * mask;
        let a = w[at];
        let b = w[at + 1];
        s0 += v.x * a; s1 += v.y * a; s2 += v.z * a; s3 += v.w * a;
        t0 += v.x * b; t1 += v.y * b; t2 += v.z * b; t3 += v.w * b;
        source += plane;
        at += taps * params.m4;
      }
    }
  }
  let ci = m * 4;
  let pixel = iy * params.w + ix;
  let s = transpose(mat4x4f(s0, s1, s2, s3));
  let t = transpose(mat4x4f(t0, t1, t2, t3));
  put(n, ci, pixel, ix, s[0]); put(n, ci + 1, pixel, ix, s[1]);
  put(n, ci + 2, pixel, ix, s[2]); put(n, ci + 3, pixel, ix, s[3]);
  put(n, ci + 4, pixel, ix, t[0]); put(n, ci + 5, pixel, ix, t[1]);
  put(n, ci + 6, pixel, ix, t[2]); put(n, ci + 7, pixel, ix, t[3]);
}
