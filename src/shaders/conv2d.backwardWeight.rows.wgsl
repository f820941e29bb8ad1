// 3x3 convolution, stride 1, padding 1 (zero or reflect), width a multiple of 4: the weight gradient on the software adapter.
//   sums[split][co][ci][kh][kw] = sum over the split's rows and all columns of dy[n,co,oy,ox] * x[n,ci,oy+kh-1,ox+kw-1]
// conv2d.sum adds the splits up (with one split, sums is dw itself): no atomics, the same bits every time.
// x [N,Ci,H,W] and dy [N,Co,H,W] as vec4; a split is `pairs` consecutive pairs of rows of the N*ceil(H/2). Needs subgroups of 8.
// One workgroup is one subgroup: 8 input channels, one per lane, x 8 output channels. It walks along two rows, 4 columns a step;
// lane j loads dy of output channel j, and a broadcast from a constant lane hands it out. The columns beside are kept from
// the last step or already loaded for the next: no workgroup memory, no barriers, no sum over lanes.
// Grid: (ceil(Ci/8), ceil(Co/8), splits). Limit: address generation of the lane loads (6 vec4 for 576 multiply-adds).
enable subgroups;

struct Params { n: u32, ci: u32, co: u32, h: i32, w: i32, pairs: u32, reflect: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Row { left: vec4<f32>, mid: vec4<f32>, right: vec4<f32> } // columns -1..2, 0..3, 1..4
struct Taps { top: vec3<f32>, mid: vec3<f32>, low: vec3<f32> }

fn row(before: f32, here: vec4<f32>, next: vec4<f32>) -> Row {
  return Row(vec4<f32>(before, here.xyz), here, vec4<f32>(here.yzw, next.x));
}

// g0, g1: dy of two rows; r0..r3: the four rows of x that meet them.
fn correlate(t: Taps, g0: vec4<f32>, g1: vec4<f32>, r0: Row, r1: Row, r2: Row, r3: Row) -> Taps {
  return Taps(
    t.top + vec3<f32>(dot(g0, r0.left) + dot(g1, r1.left), dot(g0, r0.mid) + dot(g1, r1.mid), dot(g0, r0.right) + dot(g1, r1.right)),
    t.mid + vec3<f32>(dot(g0, r1.left) + dot(g1, r2.left), dot(g0, r1.mid) + dot(g1, r2.mid), dot(g0, r1.right) + dot(g1, r2.right)),
    t.low + vec3<f32>(dot(g0, r2.left) + dot(g1, r3.left), dot(g0, r2.mid) + dot(g1, r3.mid), dot(g0, r2.right) + dot(g1, r3.right)));
}

fn put(at: u32, t: Taps) {
  sums[at] = t.top.x; sums[at + 1u] = t.top.y; sums[at + 2u] = t.top.z;
  sums[at + 3u] = t.mid.x; sums[at + 4u] = t.mid.y; sums[at + 5u] = t.mid.z;
  sums[at + 6u] = t.low.x; sums[at + 7u] = t.low.y; sums[at + 8u] = t.low.z;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let across = u32(params.w) / 4u;
  let plane = u32(params.h) * across;
  let ci = group.x * 8u + lane;
  let co = group.y * 8u;
  let x_channel = min(ci, params.ci - 1u) * plane;
  let dy_channel = min(co + lane, params.co - 1u) * plane;
  let reflect = params.reflect != 0u;
  let bottom = params.h - 1;
  let per_image = (u32(params.h) + 1u) / 2u;
  let end = min((group.z + 1u) * params.pairs, params.n * per_image);

  var t0 = Taps(); var t1 = Taps(); var t2 = Taps(); var t3 = Taps();
  var t4 = Taps(); var t5 = Taps(); var t6 = Taps(); var t7 = Taps();
  for (var pair = group.z * params.pairs; pair < end; pair++) {
    let n = pair / per_image;
    let oy = i32(pair - n * per_image) * 2;
    let from_x = n * params.ci * plane + x_channel;
    let from_dy = n * params.co * plane + dy_channel;
    let i0 = select(oy - 1, bottom - abs(bottom - abs(oy - 1)), reflect);
    let i1 = select(oy, bottom - abs(bottom - abs(oy)), reflect);
    let i2 = select(oy + 1, bottom - abs(bottom - abs(oy + 1)), reflect);
    let i3 = select(oy + 2, bottom - abs(bottom - abs(oy + 2)), reflect);
    let there0 = select(0.0, 1.0, i0 >= 0 && i0 <= bottom);
    let there1 = select(0.0, 1.0, i1 >= 0 && i1 <= bottom);
    let there2 = select(0.0, 1.0, i2 >= 0 && i2 <= bottom);
    let there3 = select(0.0, 1.0, i3 >= 0 && i3 <= bottom);
    let at0 = from_x + u32(clamp(i0, 0, bottom)) * across;
    let at1 = from_x + u32(clamp(i1, 0, bottom)) * across;
    let at2 = from_x + u32(clamp(i2, 0, bottom)) * across;
    let at3 = from_x + u32(clamp(i3, 0, bottom)) * across;
    let at_g0 = from_dy + u32(oy) * across;
    let at_g1 = from_dy + u32(min(oy + 1, bottom)) * across;
    let second = select(0.0, 1.0, oy < bottom);
    var x0 = x[at0] * there0;
    var x1 = x[at1] * there1;
    var x2 = x[at2] * there2;
    var x3 = x[at3] * there3;
    var b0 = select(0.0, x0.y, reflect);
    var b1 = select(0.0, x1.y, reflect);
    var b2 = select(0.0, x2.y, reflect);
    var b3 = select(0.0, x3.y, reflect);
    for (var column = 0u; column < across; column++) {
      let last = column + 1u == across;
      let step = min(column + 1u, across - 1u);
      let g0 = dy[at_g0 + column];
      let g1 = dy[at_g1 + column] * second;
      let n0 = select(x[at0 + step] * there0, vec4<f32>(select(0.0, x0.z, reflect)), last);
      let n1 = select(x[at1 + step] * there1, vec4<f32>(select(0.0, x1.z, reflect)), last);
      let n2 = select(x[at2 + step] * there2, vec4<f32>(select(0.0, x2.z, reflect)), last);
      let n3 = select(x[at3 + step] * there3, vec4<f32>(select(0.0, x3.z, reflect)), last);
      let r0 = row(b0, x0, n0);
      let r1 = row(b1, x1, n1);
      let r2 = row(b2, x2, n2);
      let r3 = row(b3, x3, n3);
      t0 = correlate(t0, subgroupBroadcast(g0, 0u), subgroupBroadcast(g1, 0u), r0, r1, r2, r3);
      t1 = correlate(t1, subgroupBroadcast(g0, 1u), subgroupBroadcast(g1, 1u), r0, r1, r2, r3);
      t2 = correlate(t2, subgroupBroadcast(g0, 2u), subgroupBroadcast(g1, 2u), r0, r1, r2, r3);
      t3 = correlate(t3, subgroupBroadcast(g0, 3u), subgroupBroadcast(g1, 3u), r0, r1, r2, r3);
      t4 = correlate(t4, subgroupBroadcast(g0, 4u), subgroupBroadcast(g1, 4u), r0, r1, r2, r3);
      t5 = correlate(t5, subgroupBroadcast(g0, 5u), subgroupBroadcast(g1, 5u), r0, r1, r2, r3);
      t6 = correlate(t6, subgroupBroadcast(g0, 6u), subgroupBroadcast(g1, 6u), r0, r1, r2, r3);
      t7 = correlate(t7, subgroupBroadcast(g0, 7u), subgroupBroadcast(g1, 7u), r0, r1, r2, r3);
      b0 = x0.w; x0 = n0;
      b1 = x1.w; x1 = n1;
      b2 = x2.w; x2 = n2;
      b3 = x3.w; x3 = n3;
    }
  }
  if (ci >= params.ci) { return; }
  let to = ((group.z * params.co + co) * params.ci + ci) * 9u;
  let next = params.ci * 9u;
  put(to, t0);
  if (co + 1u < params.co) { put(to + next, t1); }
  if (co + 2u < params.co) { put(to + 2u * next, t2); }
  if (co + 3u < params.co) { put(to + 3u * next, t3); }
  if (co + 4u < params.co) { put(to + 4u * next, t4); }
  if (co + 5u < params.co) { put(to + 5u * next, t5); }
  if (co + 6u < params.co) { put(to + 6u * next, t6); }
  if (co + 7u < params.co) { put(to + 7u * next, t7); }
}
