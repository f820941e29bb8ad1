// Second step of an input gradient by columns (autograd/ops/conv2d/columns.ts): each pixel adds the products of taps
// and dy that reach it.
//   dx[n,c,iy,ix] = bias[c] + sum over kh,kw of z[n,(c*Kh+kh)*Kw+kw,oy,ox], iy = oy*stride + kh*dilation - pad, ix
//   alike (zero padding)
// z [N,C*Kh*Kw,Ho,Wo], dx [N,C,H,W]. Grid: (ceil(H*W / 64), C, N). Limit: lane loads, one for each tap.
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
struct Params {
  c: i32, h: i32, w: i32, ho: i32, wo: i32, kh: i32, kw: i32, stride: i32, dilation: i32, pad: i32, has_bias: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = i32(id.x);
  if (pixel >= params.h * params.w) { return; }
  let iy = pixel / params.w;
  let ix = pixel - iy * params.w;
  let c = i32(id.z) * params.c + i32(id.y);
  var sum = 0.0;
  for (var kh = 0; kh < params.kh; kh++) {
    let y = iy + params.pad - kh * params.dilation;
    let oy = y / params.stride;
    let row = (c * params.kh + kh) * params.kw;
    for (var kw = 0; kw < params.kw; kw++) {
      let x = ix + params.pad - kw * params.dilation;
      let ox = x / params.stride;
      if (y >= 0 && x >= 0 && oy * params.stride == y && ox * params.stride == x && oy < params.ho && ox < params.wo) {
        sum += z[((row + kw) * params.ho + oy) * params.wo + ox];
      }
    }
  }
  if (params.has_bias != 0u) { sum += bias[id.y]; }
  dx[c * params.h * params.w + pixel] = sum;
}
