// Pixel against pixel, summed over channels: matrix[t][s] = sum_c f(target[c][first + t], source[c][s]), for a band of
// target pixels. METRIC 0: |a - b|, 1: (a - b)^2, 2: a b.
//   target4, source4: planes [C][stride / 4] vec4f (patch/nearest/planes) -> matrix vec4f [targets8][sourceStride / 4].
// Grid: x = sources / 8 (64 a group), y = targets / 8; a thread has 8 targets by 8 sources in registers. `first` is a
// multiple of 4. Products are summed in channel order.
override METRIC: u32 = 0u;

@group(0) @binding(0) var<storage, read> target4: array<vec4f>;
@group(0) @binding(1) var<storage, read> source4: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> matrix: array<vec4f>;
struct Params { channels: u32, first4: u32, targetStride4: u32, sourceStride4: u32 }
@group(0) @binding(3) var<uniform> params: Params;

fn f(a: f32, b: vec4f) -> vec4f {
  if (METRIC == 0u) { return abs(b - a); }
  if (METRIC == 2u) { return b * a; }
  let e = b - a;
  return e * e;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let s = id.x * 2u;
  if (s >= params.sourceStride4) { return; }
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  var ti = params.first4 + id.y * 2u;
  var si = s;
  for (var c = 0u; c < params.channels; c++) {
    let t = target4[ti];
    // The last band may end in the middle of the planes' last 8: then its second half is not used.
    let u = target4[min(ti + 1u, (c + 1u) * params.targetStride4 - 1u)];
    let p = source4[si];
    let q = source4[si + 1u];
    a0 += f(t.x, p); a1 += f(t.y, p); a2 += f(t.z, p); a3 += f(t.w, p);
    a4 += f(u.x, p); a5 += f(u.y, p); a6 += f(u.z, p); a7 += f(u.w, p);
    b0 += f(t.x, q); b1 += f(t.y, q); b2 += f(t.z, q); b3 += f(t.w, q);
    b4 += f(u.x, q); b5 += f(u.y, q); b6 += f(u.z, q); b7 += f(u.w, q);
    ti += params.targetStride4;
    si += params.sourceStride4;
  }
  let n = params.sourceStride4;
  var o = id.y * 8u * n + s;
  matrix[o] = a0; matrix[o + 1u] = b0; o += n;
  matrix[o] = a1; matrix[o + 1u] = b1; o += n;
  matrix[o] = a2; matrix[o + 1u] = b2; o += n;
  matrix[o] = a3; matrix[o + 1u] = b3; o += n;
  matrix[o] = a4; matrix[o + 1u] = b4; o += n;
  matrix[o] = a5; matrix[o + 1u] = b5; o += n;
  matrix[o] = a6; matrix[o + 1u] = b6; o += n;
  matrix[o] = a7; matrix[o + 1u] = b7;
}
