// Adam (Kingma & Ba 2015, algorithm 1) over a whole vector of parameters:
//   m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, p -= rate * (m / c1) / (sqrt(v / c2) + eps).
// hyper = (rate, b1, b2, eps, 1/c1, 1/c2, 1-b1, 1-b2; the differences taken in float64) comes from the host each step,
// so a replayed step follows the schedule. Grid: one invocation per 4 vec4.
// #import grid
@group(0) @binding(0) var<storage, read> g: array<vec4f>;
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec4f>; // first, then second
struct Params { n4: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let base = workgroup_flat(group, groups) * WG * 4u + lane;
  for (var j = 0u; j < 4u; j++) {
    let i = base + j * WG;
    if (i < params.n4) {
      let grad = g[i];
      let first = hyper[1] * moments[i] + hyper[6] * grad;
      let second = hyper[2] * moments[params.n4 + i] + hyper[7] * grad * grad;
      moments[i] = first;
      moments[params.n4 + i] = second;
      p[i] -= hyper[0] * (first * hyper[4]) / (sqrt(second * hyper[5]) + hyper[3]);
    }
  }
}
