// y = f(a, b) where both have y's shape. OP: see src/autograd/ops/pointwise/pointwise.ts; p is the op's parameter.
// Grid: one thread per 4 vec4.
// #import grid
// #import binary
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
struct Params { n4: u32, p: f32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let base = workgroup_flat(group, groups) * WG * 4u + lane;
  for (var j = 0u; j < 4u; j++) {
    let i = base + j * WG;
    if (i < params.n4) { y[i] = binary(a[i], b[i], params.p); }
  }
}
