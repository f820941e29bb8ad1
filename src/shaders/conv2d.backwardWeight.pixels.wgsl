// Weight gradient of a 1x1 convolution, stride 1, on the software adapter. H*W a multiple of 4.
//   sums[split][co][ci] = sum over the split's pixels of dy[n,co,p] * x[n,ci,p]
// conv2d.sum adds the splits up (with one split, sums is dw itself). x [N,Ci,P], dy [N,Co,P] as vec4, plane = P/4; a split is
// `steps` consecutive vec4 of the N*plane. Needs subgroups of 8.
// One workgroup is one subgroup: 16 input channels (lane and lane + 8) x 16 output channels; lane j loads dy of output channels
// j and j + 8, and a broadcast from a constant lane hands them out. No sum over lanes, no atomics.
// Grid: (ceil(Ci/16), ceil(Co/16), splits). Limit: address generation of the lane loads (4 vec4 for 128 multiply-adds).
enable subgroups;

struct Params { n: u32, ci: u32, co: u32, plane: u32, steps: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn put(to: u32, ci: u32, co: u32, s: vec2<f32>) {
  if (co >= params.co) { return; }
  if (ci < params.ci) { sums[to + co * params.ci + ci] = s.x; }
  if (ci + 8u < params.ci) { sums[to + co * params.ci + ci + 8u] = s.y; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let ci = group.x * 16u + lane;
  let co = group.y * 16u;
  let x0 = min(ci, params.ci - 1u) * params.plane;
  let x1 = min(ci + 8u, params.ci - 1u) * params.plane;
  let dy0 = min(co + lane, params.co - 1u) * params.plane;
  let dy1 = min(co + 8u + lane, params.co - 1u) * params.plane;
  let end = min((group.z + 1u) * params.steps, params.n * params.plane);

  var s0 = vec2<f32>(); var s1 = vec2<f32>(); var s2 = vec2<f32>(); var s3 = vec2<f32>();
  var s4 = vec2<f32>(); var s5 = vec2<f32>(); var s6 = vec2<f32>(); var s7 = vec2<f32>();
  var s8 = vec2<f32>(); var s9 = vec2<f32>(); var s10 = vec2<f32>(); var s11 = vec2<f32>();
  var s12 = vec2<f32>(); var s13 = vec2<f32>(); var s14 = vec2<f32>(); var s15 = vec2<f32>();
  for (var i = group.z * params.steps; i < end; i++) {
    let n = i / params.plane;
    let x_at = i + n * (params.ci - 1u) * params.plane;
    let dy_at = i + n * (params.co - 1u) * params.plane;
    let a = x[x_at + x0];
    let b = x[x_at + x1];
    let g = dy[dy_at + dy0];
    let h = dy[dy_at + dy1];
    let g0 = subgroupBroadcast(g, 0u); s0 += vec2<f32>(dot(g0, a), dot(g0, b));
    let g1 = subgroupBroadcast(g, 1u); s1 += vec2<f32>(dot(g1, a), dot(g1, b));
    let g2 = subgroupBroadcast(g, 2u); s2 += vec2<f32>(dot(g2, a), dot(g2, b));
    let g3 = subgroupBroadcast(g, 3u); s3 += vec2<f32>(dot(g3, a), dot(g3, b));
    let g4 = subgroupBroadcast(g, 4u); s4 += vec2<f32>(dot(g4, a), dot(g4, b));
    let g5 = subgroupBroadcast(g, 5u); s5 += vec2<f32>(dot(g5, a), dot(g5, b));
    let g6 = subgroupBroadcast(g, 6u); s6 += vec2<f32>(dot(g6, a), dot(g6, b));
    let g7 = subgroupBroadcast(g, 7u); s7 += vec2<f32>(dot(g7, a), dot(g7, b));
    let g8 = subgroupBroadcast(h, 0u); s8 += vec2<f32>(dot(g8, a), dot(g8, b));
    let g9 = subgroupBroadcast(h, 1u); s9 += vec2<f32>(dot(g9, a), dot(g9, b));
    let g10 = subgroupBroadcast(h, 2u); s10 += vec2<f32>(dot(g10, a), dot(g10, b));
    let g11 = subgroupBroadcast(h, 3u); s11 += vec2<f32>(dot(g11, a), dot(g11, b));
    let g12 = subgroupBroadcast(h, 4u); s12 += vec2<f32>(dot(g12, a), dot(g12, b));
    let g13 = subgroupBroadcast(h, 5u); s13 += vec2<f32>(dot(g13, a), dot(g13, b));
    let g14 = subgroupBroadcast(h, 6u); s14 += vec2<f32>(dot(g14, a), dot(g14, b));
    let g15 = subgroupBroadcast(h, 7u); s15 += vec2<f32>(dot(g15, a), dot(g15, b));
  }
  let to = group.z * params.co * params.ci;
  put(to, ci, co + 0u, s0); put(to, ci, co + 1u, s1); put(to, ci, co + 2u, s2); put(to, ci, co + 3u, s3);
  put(to, ci, co + 4u, s4); put(to, ci, co + 5u, s5); put(to, ci, co + 6u, s6); put(to, ci, co + 7u, s7);
  put(to, ci, co + 8u, s8); put(to, ci, co + 9u, s9); put(to, ci, co + 10u, s10); put(to, ci, co + 11u, s11);
  put(to, ci, co + 12u, s12); put(to, ci, co + 13u, s13); put(to, ci, co + 14u, s14); put(to, ci, co + 15u, s15);
}
