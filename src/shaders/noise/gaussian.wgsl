// y = mean + sigma * standard normal numbers (Box and Muller 1958): numbers 2j and 2j + 1 of the stream, u and v, make
// r cos(2 pi v) and r sin(2 pi v), r = sqrt(-2 log(1 - u)), for elements 2j and 2j + 1.
// counter: [seed, step, 0, 0], written by the host. Grid: one thread per 4 vec4.
// #import grid
// #import random
@group(0) @binding(0) var<storage, read> counter: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
struct Params { n4: u32, stream: u32, mean: f32, sigma: f32 }
@group(0) @binding(2) var<uniform> params: Params;

fn normal_pair(u: f32, v: f32) -> vec2f {
  let angle = 6.283185307179586 * (v - select(0.0, 1.0, v >= 0.5)); // in [-pi, pi), where WGSL bounds the error
  return sqrt(max(-2.0 * log(1.0 - u), 0.0)) * vec2f(cos(angle), sin(angle));
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let stream = stream_of(counter[0], counter[1], params.stream);
  let base = workgroup_flat(group, groups) * WG * 4u + lane;
  for (var j = 0u; j < 4u; j++) {
    let i = base + j * WG;
    if (i < params.n4) {
      let u = uniform01_four(stream, i * 4u);
      y[i] = params.mean + params.sigma * vec4f(normal_pair(u.x, u.y), normal_pair(u.z, u.w));
    }
  }
}
