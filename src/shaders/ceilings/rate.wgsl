// Multiply-add rate: independent chains of operations on registers alone. How many chains are best depends on the
// adapter: too few show latency, too many spill. 8 scalar chains fit the 16 or 32 vector registers of a processor (a
// scalar is one register of lanes there), 16 vec4 chains feed a GPU's longer pipelines: the caller takes the faster of
// the two. Eight rounds to an iteration, so that the loop's counter and execution mask cost
// little beside them.
override WIDE: bool = false;
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
struct Params { rounds: u32 }
@group(0) @binding(1) var<uniform> params: Params;

fn grow(s: f32, b: f32) -> f32 {
  let a = 0.999;
  return fma(fma(fma(fma(fma(fma(fma(fma(s, a, b), a, b), a, b), a, b), a, b), a, b), a, b), a, b);
}
fn grow4(s: vec4f, b: vec4f) -> vec4f {
  let a = vec4f(0.999, 0.998, 0.997, 0.996);
  return fma(fma(fma(fma(fma(fma(fma(fma(s, a, b), a, b), a, b), a, b), a, b), a, b), a, b), a, b);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = f32(id.x & 15u) * 1e-3;
  if (WIDE) {
    let b = vec4f(c);
    var s0 = b; var s1 = b + 1.0; var s2 = b + 2.0; var s3 = b + 3.0;
    var s4 = b + 4.0; var s5 = b + 5.0; var s6 = b + 6.0; var s7 = b + 7.0;
    var t0 = b - 1.0; var t1 = b - 2.0; var t2 = b - 3.0; var t3 = b - 4.0;
    var t4 = b - 5.0; var t5 = b - 6.0; var t6 = b - 7.0; var t7 = b - 8.0;
    for (var i = 0u; i < params.rounds; i++) {
      s0 = grow4(s0, b); s1 = grow4(s1, b); s2 = grow4(s2, b); s3 = grow4(s3, b);
      s4 = grow4(s4, b); s5 = grow4(s5, b); s6 = grow4(s6, b); s7 = grow4(s7, b);
      t0 = grow4(t0, b); t1 = grow4(t1, b); t2 = grow4(t2, b); t3 = grow4(t3, b);
      t4 = grow4(t4, b); t5 = grow4(t5, b); t6 = grow4(t6, b); t7 = grow4(t7, b);
    }
    y[id.x] = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + t0 + t1 + t2 + t3 + t4 + t5 + t6 + t7;
  } else {
    var s0 = c; var s1 = c + 1.0; var s2 = c + 2.0; var s3 = c + 3.0;
    var s4 = c + 4.0; var s5 = c + 5.0; var s6 = c + 6.0; var s7 = c + 7.0;
    for (var i = 0u; i < params.rounds; i++) {
      s0 = grow(s0, c); s1 = grow(s1, c); s2 = grow(s2, c); s3 = grow(s3, c);
      s4 = grow(s4, c); s5 = grow(s5, c); s6 = grow(s6, c); s7 = grow(s7, c);
    }
    y[id.x] = vec4f(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7);
  }
}
