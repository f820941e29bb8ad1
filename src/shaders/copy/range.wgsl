// A contiguous copy: y[to + i] = x[at + i] for low <= i < high, else 0, for all i < n; everything counted in vec4.
// Grid: one invocation per 4 vec4.
// #import grid
@group(0) @binding(0) var<storage, read> x: array<vec4u>; // bits: the copy serves f32 and u32 alike
@group(0) @binding(1) var<storage, read_write> y: array<vec4u>;
struct Params { n: i32, low: i32, high: i32, at: i32, to: i32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let base = i32(workgroup_flat(group, groups) * WG * 4u + lane);
  for (var j = 0; j < 4; j++) {
    let i = base + j * i32(WG);
    if (i >= params.n) { return; }
    var value = vec4u(0u);
    if (i >= params.low && i < params.high) { value = x[params.at + i]; }
    y[params.to + i] = value;
  }
}
