// 3x3 convolution, stride 1, padding 1 (zero or reflect), width a multiple of 4: the weight gradient on the software
// adapter.
//   sums[split][co][ci][kh][kw] = sum over the split's pieces of dy[n,co,oy,ox] * x[n,ci,oy+kh-1,ox+kw-1]
// conv2d/weightGradient/partialSum adds the splits up (with one split, sums is dw itself): no atomics, the same bits
// every time.
// x [N,Ci,H,W] and dy [N,Co,H,W] as vec4. A piece is `tall` rows of a strip of 4 columns: `chunks` pieces one below the
// other, W/4 strips, N images; a split is `pieces` consecutive ones. Needs subgroups of LANES.
// One workgroup is one subgroup: LANES input channels, one per lane, x LANES output channels. It walks down a strip and
// keeps the last two rows of x, so that each is loaded once; lane j loads dy of output channel j, and a broadcast from
// a constant lane hands it out: no workgroup memory, no barriers, no sum over lanes.
// Grid: (ceil(Ci/LANES), ceil(Co/LANES), splits). Limit: lane loads (2 vec4 and 2 scalars for 288 multiply-adds), then
// keeping 72 sums.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16

struct Params {
  n: u32, ci: u32, co: u32, h: i32, w: i32, pieces: u32, chunks: u32, tall: u32, reflect: u32,
  // see autograd/passes/batchedPairs.ts
  second_n: u32, second_pieces: u32, second_chunks: u32, second_tall: u32, batch_split: u32, batch_offset_x: u32,
  batch_offset_dy: u32, batch_offset_sums: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Row { left: vec4f, mid: vec4f, right: vec4f } // columns -1..2, 0..3, 1..4 of the strip
struct Taps { top: vec3f, mid: vec3f, low: vec3f }

// Row i of the plane that starts at `plane_at`, at a strip.
fn read_row(plane_at: u32, i: i32, strip: u32) -> Row {
  let reflect = params.reflect != 0u;
  let across = u32(params.w) / 4u;
  let bottom = params.h - 1;
  let row = select(i, bottom - abs(bottom - abs(i)), reflect);
  let there = select(0.0, 1.0, row >= 0 && row <= bottom);
  let at = plane_at + u32(clamp(row, 0, bottom)) * across + strip;
  let a = x[at] * there;
  var left = select(0.0, a.y, reflect);
  var right = select(0.0, a.z, reflect);
  if (strip > 0u) { left = x[at - 1u].w * there; }
  if (strip + 1u < across) { right = x[at + 1u].x * there; }
  return Row(vec4f(left, a.xyz), a, vec4f(a.yzw, right));
}

fn meet(g: vec4f, r: Row) -> vec3f { return vec3f(dot(g, r.left), dot(g, r.mid), dot(g, r.right)); }

fn add(t: Taps, g: vec4f, r0: Row, r1: Row, r2: Row) -> Taps { return Taps(t.top + meet(g, r0), t.mid + meet(g, r1),
  t.low + meet(g, r2)); }

fn put(at: u32, t: Taps) {
  sums[at] = t.top.x; sums[at + 1u] = t.top.y; sums[at + 2u] = t.top.z;
  sums[at + 3u] = t.mid.x; sums[at + 4u] = t.mid.y; sums[at + 5u] = t.mid.z;
  sums[at + 6u] = t.low.x; sums[at + 7u] = t.low.y; sums[at + 8u] = t.low.z;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = u32(params.w) / 4u;
  let plane = u32(params.h) * across;
  let second = u32(group.z >= params.batch_split);
  let split = group.z - second * params.batch_split;
  let ci = group.x * LANES + lane;
  let co = group.y * LANES;
  let x_channel = min(ci, params.ci - 1u) * plane + second * params.batch_offset_x;
  let dy_channel = min(co + lane, params.co - 1u) * plane + second * params.batch_offset_dy;
  let chunks = select(params.chunks, params.second_chunks, second == 1u);
  let tall = select(params.tall, params.second_tall, second == 1u);
  let pieces = select(params.pieces, params.second_pieces, second == 1u);
  let per_image = across * chunks;
  let end = min((split + 1u) * pieces, select(params.n, params.second_n, second == 1u) * per_image);

  var t0 = Taps(); var t1 = Taps(); var t2 = Taps(); var t3 = Taps();
  var t4 = Taps(); var t5 = Taps(); var t6 = Taps(); var t7 = Taps();
  var t8 = Taps(); var t9 = Taps(); var t10 = Taps(); var t11 = Taps();
  var t12 = Taps(); var t13 = Taps(); var t14 = Taps(); var t15 = Taps();
  for (var piece = split * pieces; piece < end; piece++) {
    let n = piece / per_image;
    let chunk = (piece - n * per_image) / across;
    let strip = piece - (n * chunks + chunk) * across;
    let from_x = n * params.ci * plane + x_channel;
    let top = i32(chunk * tall);
    let bottom = min(top + i32(tall), params.h);
    var at_g = n * params.co * plane + dy_channel + u32(top) * across + strip;
    var r0 = read_row(from_x, top - 1, strip);
    var r1 = read_row(from_x, top, strip);
    for (var oy = top; oy < bottom; oy++) {
      let r2 = read_row(from_x, oy + 1, strip);
      let g = dy[at_g];
      t0 = add(t0, subgroupBroadcast(g, 0u), r0, r1, r2);
      t1 = add(t1, subgroupBroadcast(g, 1u), r0, r1, r2);
      t2 = add(t2, subgroupBroadcast(g, 2u), r0, r1, r2);
      t3 = add(t3, subgroupBroadcast(g, 3u), r0, r1, r2);
      t4 = add(t4, subgroupBroadcast(g, 4u), r0, r1, r2);
      t5 = add(t5, subgroupBroadcast(g, 5u), r0, r1, r2);
      t6 = add(t6, subgroupBroadcast(g, 6u), r0, r1, r2);
      t7 = add(t7, subgroupBroadcast(g, 7u), r0, r1, r2);
      if (LANES > 8u) {
        t8 = add(t8, subgroupBroadcast(g, 8u), r0, r1, r2);
        t9 = add(t9, subgroupBroadcast(g, 9u), r0, r1, r2);
        t10 = add(t10, subgroupBroadcast(g, 10u), r0, r1, r2);
        t11 = add(t11, subgroupBroadcast(g, 11u), r0, r1, r2);
        t12 = add(t12, subgroupBroadcast(g, 12u), r0, r1, r2);
        t13 = add(t13, subgroupBroadcast(g, 13u), r0, r1, r2);
        t14 = add(t14, subgroupBroadcast(g, 14u), r0, r1, r2);
        t15 = add(t15, subgroupBroadcast(g, 15u), r0, r1, r2);
      }
      r0 = r1;
      r1 = r2;
      at_g += across;
    }
  }
  if (ci >= params.ci) { return; }
  let to = second * params.batch_offset_sums + ((split * params.co + co) * params.ci + ci) * 9u;
  let next = params.ci * 9u;
  put(to, t0);
  if (co + 1u < params.co) { put(to + 1u * next, t1); }
  if (co + 2u < params.co) { put(to + 2u * next, t2); }
  if (co + 3u < params.co) { put(to + 3u * next, t3); }
  if (co + 4u < params.co) { put(to + 4u * next, t4); }
  if (co + 5u < params.co) { put(to + 5u * next, t5); }
  if (co + 6u < params.co) { put(to + 6u * next, t6); }
  if (co + 7u < params.co) { put(to + 7u * next, t7); }
  if (LANES > 8u) {
    if (co + 8u < params.co) { put(to + 8u * next, t8); }
    if (co + 9u < params.co) { put(to + 9u * next, t9); }
    if (co + 10u < params.co) { put(to + 10u * next, t10); }
    if (co + 11u < params.co) { put(to + 11u * next, t11); }
    if (co + 12u < params.co) { put(to + 12u * next, t12); }
    if (co + 13u < params.co) { put(to + 13u * next, t13); }
    if (co + 14u < params.co) { put(to + 14u * next, t14); }
    if (co + 15u < params.co) { put(to + 15u * next, t15); }
  }
}
