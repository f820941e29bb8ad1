// Weight gradient of conv2d/forward/stride2 (K = 4 or 3, stride 2, padding 1, zero), W = 2*Wo a multiple of 8:
//   sums[split][co][ci][kh][kw] = sum over the split's pieces of dy[n,co,oy,ox] * x[n,ci,2*oy+kh-1,2*ox+kw-1]
// conv2d/weightGradient/partialSum adds the splits up (with one split, sums is dw itself). x [N,Ci,H,W], dy
// [N,Co,Ho,Wo] as vec4. A piece is `tall` rows of a strip of 4 columns of dy: `chunks` pieces one below the other, Wo/4
// strips, N images; a split is `pieces` consecutive ones. Needs subgroups of LANES. One workgroup is one subgroup:
// LANES input channels, one per lane, x 8 output channels. It walks down a strip and keeps the rows of x that the next
// row of dy meets again, so that each is loaded once; lane j loads dy of output channel j, and a broadcast from a
// constant lane hands it out. No sum over lanes, no atomics.
// Grid: (ceil(Ci/LANES), ceil(Co/8), splits). Limit: lane loads (5 vec4 and 4 scalars for 512 multiply-adds), then
// keeping 128 sums.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
override K: u32 = 4;

struct Params {
  n: u32, ci: u32, co: u32, h: i32, ho: i32, wo: u32, pieces: u32, chunks: u32, tall: u32,
  // see autograd/passes/batchedPairs.ts
  second_n: u32, second_pieces: u32, second_chunks: u32, second_tall: u32, batch_split: u32, batch_offset_x: u32,
  batch_offset_dy: u32, batch_offset_sums: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Row { a: vec4f, b: vec4f, left: f32, right: f32 } // columns 0..3, 4..7, -1 and 8 of the strip
struct Taps { t0: vec4f, t1: vec4f, t2: vec4f, t3: vec4f }

// Row i of the plane that starts at `plane_at`, at a strip.
fn read_row(plane_at: u32, i: i32, strip: u32) -> Row {
  let across = params.wo / 4u;
  let there = select(0.0, 1.0, i >= 0 && i < params.h);
  let at = plane_at + (u32(clamp(i, 0, params.h - 1)) * across + strip) * 2u;
  var left = 0.0;
  var right = 0.0;
  if (strip > 0u) { left = x[at - 1u].w * there; }
  if (K == 4u) { if (strip + 1u < across) { right = x[at + 2u].x * there; } }
  return Row(x[at] * there, x[at + 1u] * there, left, right);
}

// What a row of dy gives to a row of taps, of which kw = 0..3 meet columns -1, 1, 3, 5; 0, 2, 4, 6; 1, 3, 5, 7; 2, 4,
// 6, 8.
fn meet(g: vec4f, r: Row) -> vec4f {
  var t = vec4f(dot(g, vec4f(r.left, r.a.yw, r.b.y)), dot(g, vec4f(r.a.xz, r.b.xz)), dot(g, vec4f(r.a.yw, r.b.yw)),
    0.0);
  if (K == 4u) { t.w = dot(g, vec4f(r.a.z, r.b.xz, r.right)); }
  return t;
}

fn add(t: Taps, g: vec4f, r0: Row, r1: Row, r2: Row, r3: Row) -> Taps {
  var low = t.t3;
  if (K == 4u) { low += meet(g, r3); }
  return Taps(t.t0 + meet(g, r0), t.t1 + meet(g, r1), t.t2 + meet(g, r2), low);
}

fn put_row(at: u32, t: vec4f) {
  sums[at] = t.x; sums[at + 1u] = t.y; sums[at + 2u] = t.z;
  if (K == 4u) { sums[at + 3u] = t.w; }
}

fn put(at: u32, t: Taps) {
  put_row(at, t.t0); put_row(at + K, t.t1); put_row(at + 2u * K, t.t2);
  if (K == 4u) { put_row(at + 3u * K, t.t3); }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.wo / 4u;
  let plane = u32(params.h) * across * 2u;
  let dy_plane = u32(params.ho) * across;
  let second = u32(group.z >= params.batch_split);
  let split = group.z - second * params.batch_split;
  let ci = group.x * LANES + lane;
  let co = group.y * 8u;
  let x_channel = min(ci, params.ci - 1u) * plane + second * params.batch_offset_x;
  let dy_channel = min(co + (lane & 7u), params.co - 1u) * dy_plane + second * params.batch_offset_dy;
  let chunks = select(params.chunks, params.second_chunks, second == 1u);
  let tall = select(params.tall, params.second_tall, second == 1u);
  let pieces = select(params.pieces, params.second_pieces, second == 1u);
  let per_image = across * chunks;
  let end = min((split + 1u) * pieces, select(params.n, params.second_n, second == 1u) * per_image);

  var s0 = Taps(); var s1 = Taps(); var s2 = Taps(); var s3 = Taps();
  var s4 = Taps(); var s5 = Taps(); var s6 = Taps(); var s7 = Taps();
  for (var piece = split * pieces; piece < end; piece++) {
    let n = piece / per_image;
    let chunk = (piece - n * per_image) / across;
    let strip = piece - (n * chunks + chunk) * across;
    let from_x = n * params.ci * plane + x_channel;
    let top = i32(chunk * tall);
    let bottom = min(top + i32(tall), params.ho);
    var at_g = n * params.co * dy_plane + dy_channel + u32(top) * across + strip;
    var r0 = read_row(from_x, 2 * top - 1, strip);
    var r1 = Row();
    if (K == 4u) { r1 = read_row(from_x, 2 * top, strip); }
    for (var oy = top; oy < bottom; oy++) {
      if (K == 3u) { r1 = read_row(from_x, 2 * oy, strip); }
      let r2 = read_row(from_x, 2 * oy + 1, strip);
      var r3 = Row();
      if (K == 4u) { r3 = read_row(from_x, 2 * oy + 2, strip); }
      let g = dy[at_g];
      s0 = add(s0, subgroupBroadcast(g, 0u), r0, r1, r2, r3);
      s1 = add(s1, subgroupBroadcast(g, 1u), r0, r1, r2, r3);
      s2 = add(s2, subgroupBroadcast(g, 2u), r0, r1, r2, r3);
      s3 = add(s3, subgroupBroadcast(g, 3u), r0, r1, r2, r3);
      s4 = add(s4, subgroupBroadcast(g, 4u), r0, r1, r2, r3);
      s5 = add(s5, subgroupBroadcast(g, 5u), r0, r1, r2, r3);
      s6 = add(s6, subgroupBroadcast(g, 6u), r0, r1, r2, r3);
      s7 = add(s7, subgroupBroadcast(g, 7u), r0, r1, r2, r3);
      r0 = r2;
      if (K == 4u) { r1 = r3; }
      at_g += across;
    }
  }
  if (ci >= params.ci) { return; }
  let to = second * params.batch_offset_sums + ((split * params.co + co) * params.ci + ci) * K * K;
  let next = params.ci * K * K;
  put(to, s0);
  if (co + 1u < params.co) { put(to + 1u * next, s1); }
  if (co + 2u < params.co) { put(to + 2u * next, s2); }
  if (co + 3u < params.co) { put(to + 3u * next, s3); }
  if (co + 4u < params.co) { put(to + 4u * next, s4); }
  if (co + 5u < params.co) { put(to + 5u * next, s5); }
  if (co + 6u < params.co) { put(to + 6u * next, s6); }
  if (co + 7u < params.co) { put(to + 7u * next, s7); }
}
