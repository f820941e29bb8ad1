// y[i] = f(x[i]); OP picks f (the codes are rows of the table in src/autograd/ops/pointwise/pointwise.ts), a and b are
// its parameters. Grid: one thread per 4 vec4, spread over a workgroup so that neighboring threads touch neighboring
// memory.
// #import grid
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
struct Params { n4: u32, a: f32, b: f32 }
@group(0) @binding(2) var<uniform> params: Params;
override OP: u32 = 0u;

fn f(v: vec4f) -> vec4f {
  let a = params.a;
  let b = params.b;
  switch OP {
    case 0u { return v * a + b; }
    case 1u { return abs(v); }
    case 2u { return sign(v); }
    case 3u { return v * v; }
    case 4u { return sqrt(v); }
    case 5u { return 1.0 / v; }
    case 6u { return exp(v); }
    case 7u { return log(v); }
    // Some drivers overflow inside their tanh for large arguments, so it is clamped where f32 tanh is 1.
    case 8u { return tanh(clamp(v, vec4f(-15.0), vec4f(15.0))); }
    case 9u { return 1.0 / (1.0 + exp(-v)); }
    case 10u { return select(v * a, v, v > vec4f(0.0)); }
    case 11u { return max(v, vec4f(0.0)) + log(1.0 + exp(-abs(v))); }
    case 12u { return clamp(v, vec4f(a), vec4f(b)); }
    default { return v; }
  }
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let base = workgroup_flat(group, groups) * WG * 4u + lane;
  for (var j = 0u; j < 4u; j++) {
    let i = base + j * WG;
    if (i < params.n4) { y[i] = f(x[i]); }
  }
}
