// y[i] = x[i] * scale where the i-th number of the stream is p or more, else 0: the same mask for the same counter.
// counter: [seed, step, 0, 0], written by the host. Grid: one thread per 4 vec4.
// #import grid
// #import random
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> counter: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
struct Params { n4: u32, stream: u32, p: f32, scale: f32 }
@group(0) @binding(3) var<uniform> params: Params;

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
      y[i] = select(vec4f(), x[i] * params.scale, uniform01_four(stream, i * 4u) >= vec4f(params.p));
    }
  }
}
