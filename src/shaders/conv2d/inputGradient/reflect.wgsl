// dx += what reflect padding adds to the gradient of zero padding: the padded positions beyond the border send their
// gradient to the pixels they mirror. Run after a zero-padded backward-data over the same dx. Any kernel, stride,
// dilation; pad < min(H, W). dy [N,Co,Ho,Wo], w [Co,Ci,Kh,Kw] as it is, dx [N,Ci,H,W]. One invocation: one pixel; those
// that nothing mirrors onto leave at once. Grid: (ceil(H*W / WG), Ci, N). Limit: two scalar loads per multiply-add, but
// only on the pixels near the border.
override WG: u32 = 64;

struct Params {
  ci: i32, h: i32, w: i32, co: i32, ho: i32, wo: i32, kh: i32, kw: i32, stride: i32, dilation: i32, pad: i32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

const NOWHERE = -0x1000000;

// The padded positions that index i of an axis of n receives from: itself, its mirror before the start, its mirror
// behind the end.
fn mirrors(i: i32, n: i32) -> vec3i {
  return vec3i(i,
    select(NOWHERE, -i, i > 0 && i <= params.pad),
    select(NOWHERE, 2 * (n - 1) - i, i < n - 1 && i >= n - 1 - params.pad));
}

// The gradient of zero padding at a position that may lie outside the image.
fn gradient(n: i32, ci: i32, iy: i32, ix: i32) -> f32 {
  let plane = params.ho * params.wo;
  let taps = params.kh * params.kw;
  var sum = 0.0;
  for (var kh = 0; kh < params.kh; kh++) {
    let down = iy + params.pad - kh * params.dilation;
    if (down < 0 || down % params.stride != 0 || down / params.stride >= params.ho) { continue; }
    for (var kw = 0; kw < params.kw; kw++) {
      let across = ix + params.pad - kw * params.dilation;
      if (across < 0 || across % params.stride != 0 || across / params.stride >= params.wo) { continue; }
      var g = n * params.co * plane + down / params.stride * params.wo + across / params.stride;
      var t = ci * taps + kh * params.kw + kw;
      for (var co = 0; co < params.co; co++) {
        sum += dy[g] * w[t];
        g += plane;
        t += params.ci * taps;
      }
    }
  }
  return sum;
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = i32(id.x);
  if (pixel >= params.h * params.w) { return; }
  let iy = pixel / params.w;
  let rows = mirrors(iy, params.h);
  let columns = mirrors(pixel - iy * params.w, params.w);
  if (all(rows.yz == vec2i(NOWHERE)) && all(columns.yz == vec2i(NOWHERE))) { return; }
  let ci = i32(id.y);
  let n = i32(id.z);
  var sum = 0.0;
  for (var i = 1; i < 9; i++) {
    let r = select(select(rows.z, rows.y, i < 6), rows.x, i < 3);
    let j = i % 3;
    let c = select(select(columns.z, columns.y, j == 1), columns.x, j == 0);
    if (r != NOWHERE && c != NOWHERE) { sum += gradient(n, ci, r, c); }
  }
  dx[((n * params.ci) + ci) * params.h * params.w + pixel] += sum;
}
