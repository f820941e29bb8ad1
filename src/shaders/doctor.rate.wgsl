// Multiply-add rate: 16 independent chains of vec4, so that neither latency nor memory is what is measured.
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
struct Params { rounds: u32 }
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(0.999, 0.998, 0.997, 0.996);
  let b = vec4f(f32(id.x & 15u) * 1e-3);
  var s0 = b; var s1 = b + 1.0; var s2 = b + 2.0; var s3 = b + 3.0;
  var s4 = b + 4.0; var s5 = b + 5.0; var s6 = b + 6.0; var s7 = b + 7.0;
  var t0 = b - 1.0; var t1 = b - 2.0; var t2 = b - 3.0; var t3 = b - 4.0;
  var t4 = b - 5.0; var t5 = b - 6.0; var t6 = b - 7.0; var t7 = b - 8.0;
  for (var i = 0u; i < params.rounds; i++) {
    s0 = fma(s0, a, b); s1 = fma(s1, a, b); s2 = fma(s2, a, b); s3 = fma(s3, a, b);
    s4 = fma(s4, a, b); s5 = fma(s5, a, b); s6 = fma(s6, a, b); s7 = fma(s7, a, b);
    t0 = fma(t0, a, b); t1 = fma(t1, a, b); t2 = fma(t2, a, b); t3 = fma(t3, a, b);
    t4 = fma(t4, a, b); t5 = fma(t5, a, b); t6 = fma(t6, a, b); t7 = fma(t7, a, b);
  }
  y[id.x] = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + t0 + t1 + t2 + t3 + t4 + t5 + t6 + t7;
}
