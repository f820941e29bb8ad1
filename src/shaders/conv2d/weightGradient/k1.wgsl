// Weight gradient of a 1x1 convolution, stride 1, on the software adapter. H*W a multiple of 4.
//   sums[split][co][ci] = sum over the split's pixels of dy[n,co,p] * x[n,ci,p]
// conv2d/weightGradient/partialSum adds the splits up (with one split, sums is dw itself). x [N,Ci,P], dy [N,Co,P] as
// vec4, plane = P/4; a split is `steps` consecutive vec4 of the N*plane. Needs subgroups of LANES.
// One workgroup is one subgroup: LANES*IN input channels (lane, lane + LANES, ...) x 8*OUT output channels; lane j
// loads dy of output channels j, j + 8, ..., and a broadcast from a constant lane hands them out. IN and OUT are 1, 2
// or 4, as many as there are channels for. No sum over lanes, no atomics.
// Grid: (ceil(Ci/LANES/IN), ceil(Co/8/OUT), splits). Limit: lane loads (IN + OUT vec4 for 32*IN*OUT multiply-adds).
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
override IN: u32 = 4;
override OUT: u32 = 4;

struct Params {
  n: u32, ci: u32, co: u32, plane: u32, steps: u32,
  // see autograd/passes/batchedPairs.ts
  second_n: u32, second_steps: u32, batch_split: u32, batch_offset_x: u32, batch_offset_dy: u32, batch_offset_sums: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

// four pixels of input channels lane, lane + LANES, ...
struct Pixels { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn meet(g: vec4f, p: Pixels) -> vec4f {
  var s = vec4f(dot(g, p.a), 0.0, 0.0, 0.0);
  if (IN > 1u) { s.y = dot(g, p.b); }
  if (IN > 2u) { s.z = dot(g, p.c); s.w = dot(g, p.d); }
  return s;
}

fn put(to: u32, ci: u32, co: u32, s: vec4f) {
  if (co >= params.co) { return; }
  let at = to + co * params.ci + ci;
  if (ci < params.ci) { sums[at] = s.x; }
  if (IN > 1u) { if (ci + LANES < params.ci) { sums[at + LANES] = s.y; } }
  if (IN > 2u) {
    if (ci + 2u * LANES < params.ci) { sums[at + 2u * LANES] = s.z; }
    if (ci + 3u * LANES < params.ci) { sums[at + 3u * LANES] = s.w; }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let second = u32(group.z >= params.batch_split);
  let split = group.z - second * params.batch_split;
  let ci = group.x * LANES * IN + lane;
  let co = group.y * 8u * OUT;
  let x0 = min(ci, params.ci - 1u) * params.plane;
  let x1 = min(ci + LANES, params.ci - 1u) * params.plane;
  let x2 = min(ci + 2u * LANES, params.ci - 1u) * params.plane;
  let x3 = min(ci + 3u * LANES, params.ci - 1u) * params.plane;
  let dy0 = min(co + (lane & 7u), params.co - 1u) * params.plane;
  let dy1 = min(co + 8u + (lane & 7u), params.co - 1u) * params.plane;
  let dy2 = min(co + 16u + (lane & 7u), params.co - 1u) * params.plane;
  let dy3 = min(co + 24u + (lane & 7u), params.co - 1u) * params.plane;
  let steps = select(params.steps, params.second_steps, second == 1u);
  let end = min((split + 1u) * steps, select(params.n, params.second_n, second == 1u) * params.plane);

  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
  var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
  var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
  var s16 = vec4f(); var s17 = vec4f(); var s18 = vec4f(); var s19 = vec4f();
  var s20 = vec4f(); var s21 = vec4f(); var s22 = vec4f(); var s23 = vec4f();
  var s24 = vec4f(); var s25 = vec4f(); var s26 = vec4f(); var s27 = vec4f();
  var s28 = vec4f(); var s29 = vec4f(); var s30 = vec4f(); var s31 = vec4f();
  for (var i = split * steps; i < end; i++) {
    let n = i / params.plane;
    let x_at = second * params.batch_offset_x + i + n * (params.ci - 1u) * params.plane;
    let dy_at = second * params.batch_offset_dy + i + n * (params.co - 1u) * params.plane;
    var p = Pixels();
    p.a = x[x_at + x0];
    if (IN > 1u) { p.b = x[x_at + x1]; }
    if (IN > 2u) { p.c = x[x_at + x2]; p.d = x[x_at + x3]; }
    let g = dy[dy_at + dy0];
    var h = vec4f();
    var u = vec4f();
    var v = vec4f();
    if (OUT > 1u) { h = dy[dy_at + dy1]; }
    if (OUT > 2u) { u = dy[dy_at + dy2]; v = dy[dy_at + dy3]; }
    s0 += meet(subgroupBroadcast(g, 0u), p); s1 += meet(subgroupBroadcast(g, 1u), p);
    s2 += meet(subgroupBroadcast(g, 2u), p); s3 += meet(subgroupBroadcast(g, 3u), p);
    s4 += meet(subgroupBroadcast(g, 4u), p); s5 += meet(subgroupBroadcast(g, 5u), p);
    s6 += meet(subgroupBroadcast(g, 6u), p); s7 += meet(subgroupBroadcast(g, 7u), p);
    if (OUT > 1u) {
      s8 += meet(subgroupBroadcast(h, 0u), p); s9 += meet(subgroupBroadcast(h, 1u), p);
      s10 += meet(subgroupBroadcast(h, 2u), p); s11 += meet(subgroupBroadcast(h, 3u), p);
      s12 += meet(subgroupBroadcast(h, 4u), p); s13 += meet(subgroupBroadcast(h, 5u), p);
      s14 += meet(subgroupBroadcast(h, 6u), p); s15 += meet(subgroupBroadcast(h, 7u), p);
    }
    if (OUT > 2u) {
      s16 += meet(subgroupBroadcast(u, 0u), p); s17 += meet(subgroupBroadcast(u, 1u), p);
      s18 += meet(subgroupBroadcast(u, 2u), p); s19 += meet(subgroupBroadcast(u, 3u), p);
      s20 += meet(subgroupBroadcast(u, 4u), p); s21 += meet(subgroupBroadcast(u, 5u), p);
      s22 += meet(subgroupBroadcast(u, 6u), p); s23 += meet(subgroupBroadcast(u, 7u), p);
      s24 += meet(subgroupBroadcast(v, 0u), p); s25 += meet(subgroupBroadcast(v, 1u), p);
      s26 += meet(subgroupBroadcast(v, 2u), p); s27 += meet(subgroupBroadcast(v, 3u), p);
      s28 += meet(subgroupBroadcast(v, 4u), p); s29 += meet(subgroupBroadcast(v, 5u), p);
      s30 += meet(subgroupBroadcast(v, 6u), p); s31 += meet(subgroupBroadcast(v, 7u), p);
    }
  }
  let to = second * params.batch_offset_sums + split * params.co * params.ci;
  put(to, ci, co + 0u, s0); put(to, ci, co + 1u, s1); put(to, ci, co + 2u, s2); put(to, ci, co + 3u, s3);
  put(to, ci, co + 4u, s4); put(to, ci, co + 5u, s5); put(to, ci, co + 6u, s6); put(to, ci, co + 7u, s7);
  if (OUT > 1u) {
    put(to, ci, co + 8u, s8); put(to, ci, co + 9u, s9); put(to, ci, co + 10u, s10); put(to, ci, co + 11u, s11);
    put(to, ci, co + 12u, s12); put(to, ci, co + 13u, s13); put(to, ci, co + 14u, s14); put(to, ci, co + 15u, s15);
  }
  if (OUT > 2u) {
    put(to, ci, co + 16u, s16); put(to, ci, co + 17u, s17); put(to, ci, co + 18u, s18); put(to, ci, co + 19u, s19);
    put(to, ci, co + 20u, s20); put(to, ci, co + 21u, s21); put(to, ci, co + 22u, s22); put(to, ci, co + 23u, s23);
    put(to, ci, co + 24u, s24); put(to, ci, co + 25u, s25); put(to, ci, co + 26u, s26); put(to, ci, co + 27u, s27);
    put(to, ci, co + 28u, s28); put(to, ci, co + 29u, s29); put(to, ci, co + 30u, s30); put(to, ci, co + 31u, s31);
  }
}
