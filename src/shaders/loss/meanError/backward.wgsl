// Gradient of loss/meanError/forward towards a: da = dy[0] * scale * f'(a - b). Grid: one invocation per 4 vec4.
// #import grid
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>; // any buffer without PAIR
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> da: array<vec4f>;
struct Params { n4: u32, value: f32, scale: f32 }
@group(0) @binding(4) var<uniform> params: Params;
override KIND: u32 = 1u;
override PAIR: bool = false;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let base = workgroup_flat(group, groups) * WG * 4u + lane;
  let factor = dy[0] * params.scale;
  for (var j = 0u; j < 4u; j++) {
    let i = base + j * WG;
    if (i >= params.n4) { return; }
    var v = a[i];
    if (PAIR) { v -= b[i]; } else { v -= params.value; }
    if (KIND == 0u) { v = vec4f(1.0); }
    if (KIND == 1u) { v = sign(v); }
    if (KIND == 2u) { v *= 2.0; }
    da[i] = v * factor;
  }
}
