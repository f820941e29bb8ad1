// The binary pointwise functions by code; shared by the same-shape and the broadcasting kernel.
override OP: u32 = 0u;
fn binary(a: vec4f, b: vec4f, p: f32) -> vec4f {
  switch OP {
    case 0u { return a + b; }
    case 1u { return a - b; }
    case 2u { return a * b; }
    case 3u { return a / b; }
    case 4u { return max(a, b); }
    case 5u { return min(a, b); }
    case 6u { return select(a * p, a, b > vec4f(0.0)); } // leakyGate
    case 7u { return a * (1.0 - b * b); } // tanhGate
    case 8u { return a * b * (1.0 - b); } // sigmoidGate
    case 9u { return a * sign(b); } // signGate
    case 10u { return select(vec4f(0.0), a, b >= vec4f(0.0)); } // stepGate
    default { return a; }
  }
}
