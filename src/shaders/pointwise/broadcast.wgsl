// y = f(a, b) with broadcasting over [N, C, H, W]: an axis of size 1 in a or b has stride 0.
// Grid: x = 4 values of one [H, W] plane per thread, y = plane (n * C + c).
// #import binary
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params {
  planes: u32, c: u32, inner: u32, w: u32, p: f32,
  an: u32, ac: u32, ah: u32, aw: u32,
  bn: u32, bc: u32, bh: u32, bw: u32,
}
@group(0) @binding(3) var<uniform> params: Params;

fn at(i: u32, h: u32, w: u32) -> u32 { return (i / params.w) * h + (i % params.w) * w; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = id.y + id.z * 32768u;
  let i = id.x * 4u;
  if (i >= params.inner || plane >= params.planes) { return; }
  let n = plane / params.c;
  let c = plane % params.c;
  let oa = n * params.an + c * params.ac;
  let ob = n * params.bn + c * params.bc;
  let last = params.inner - 1u;
  var va: vec4f;
  var vb: vec4f;
  for (var j = 0u; j < 4u; j++) {
    let k = min(i + j, last);
    va[j] = a[oa + at(k, params.ah, params.aw)];
    vb[j] = b[ob + at(k, params.bh, params.bw)];
  }
  let v = binary(va, vb, params.p);
  let o = plane * params.inner + i;
  y[o] = v.x;
  if (i + 1u < params.inner) { y[o + 1u] = v.y; }
  if (i + 2u < params.inner) { y[o + 2u] = v.z; }
  if (i + 3u < params.inner) { y[o + 3u] = v.w; }
}
