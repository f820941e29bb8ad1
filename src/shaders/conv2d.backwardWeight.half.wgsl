// Weight gradient of conv2d.forward.half (4x4 or 3x3, stride 2, padding 1, zero), W = 2*Wo a multiple of 8:
//   sums[split][co][ci][kh][kw] = sum over the split's rows and all columns of dy[n,co,oy,ox] * x[n,ci,2*oy+kh-1,2*ox+kw-1]
// conv2d.sum adds the splits up (with one split, sums is dw itself). x [N,Ci,H,W], dy [N,Co,Ho,Wo] as vec4; a split is `rows`
// consecutive rows of the N*Ho. Needs subgroups of 8.
// One workgroup is one subgroup: 8 input channels, one per lane, x 8 output channels. It walks along a row of dy, 4 columns a step;
// lane j loads dy of output channel j, and a broadcast from a constant lane hands it out. No sum over lanes, no atomics.
// Grid: (ceil(Ci/8), ceil(Co/8), splits). Limit: keeping 128 sums (4 multiply-adds each a step), then lane loads.
enable subgroups;
override K: u32 = 4;

struct Params { n: u32, ci: u32, co: u32, h: i32, ho: u32, wo: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Row { c0: vec4<f32>, c1: vec4<f32>, c2: vec4<f32>, c3: vec4<f32> } // the columns that taps kw = 0..3 meet
struct Taps { t0: vec4<f32>, t1: vec4<f32>, t2: vec4<f32>, t3: vec4<f32> }

fn row(before: f32, a: vec4<f32>, b: vec4<f32>, next: vec4<f32>) -> Row {
  return Row(vec4<f32>(before, a.yw, b.y), vec4<f32>(a.xz, b.xz), vec4<f32>(a.yw, b.yw), vec4<f32>(a.z, b.xz, next.x));
}

fn meet(g: vec4<f32>, r: Row) -> vec4<f32> {
  var t = vec4<f32>(dot(g, r.c0), dot(g, r.c1), dot(g, r.c2), 0.0);
  if (K == 4u) { t.w = dot(g, r.c3); }
  return t;
}

fn correlate(t: Taps, g: vec4<f32>, r0: Row, r1: Row, r2: Row, r3: Row) -> Taps {
  var low = t.t3;
  if (K == 4u) { low += meet(g, r3); }
  return Taps(t.t0 + meet(g, r0), t.t1 + meet(g, r1), t.t2 + meet(g, r2), low);
}

fn put_row(at: u32, t: vec4<f32>) {
  sums[at] = t.x; sums[at + 1u] = t.y; sums[at + 2u] = t.z;
  if (K == 4u) { sums[at + 3u] = t.w; }
}

fn put(at: u32, t: Taps) {
  put_row(at, t.t0); put_row(at + K, t.t1); put_row(at + 2u * K, t.t2);
  if (K == 4u) { put_row(at + 3u * K, t.t3); }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.wo / 4u;
  let plane = u32(params.h) * across * 2u;
  let dy_plane = params.ho * across;
  let ci = group.x * 8u + lane;
  let co = group.y * 8u;
  let x_channel = min(ci, params.ci - 1u) * plane;
  let dy_channel = min(co + lane, params.co - 1u) * dy_plane;
  let bottom = params.h - 1;
  let end = min((group.z + 1u) * params.rows, params.n * params.ho);

  var s0 = Taps(); var s1 = Taps(); var s2 = Taps(); var s3 = Taps();
  var s4 = Taps(); var s5 = Taps(); var s6 = Taps(); var s7 = Taps();
  for (var strip = group.z * params.rows; strip < end; strip++) {
    let n = strip / params.ho;
    let oy = strip - n * params.ho;
    let from_x = n * params.ci * plane + x_channel;
    let at_g = n * params.co * dy_plane + dy_channel + oy * across;
    let i0 = 2 * i32(oy) - 1;
    let i1 = 2 * i32(oy);
    let i2 = 2 * i32(oy) + 1;
    let i3 = 2 * i32(oy) + 2;
    let there0 = select(0.0, 1.0, i0 >= 0 && i0 <= bottom);
    let there1 = select(0.0, 1.0, i1 >= 0 && i1 <= bottom);
    let there2 = select(0.0, 1.0, i2 >= 0 && i2 <= bottom);
    let there3 = select(0.0, 1.0, i3 >= 0 && i3 <= bottom);
    let at0 = from_x + u32(clamp(i0, 0, bottom)) * across * 2u;
    let at1 = from_x + u32(clamp(i1, 0, bottom)) * across * 2u;
    let at2 = from_x + u32(clamp(i2, 0, bottom)) * across * 2u;
    let at3 = from_x + u32(clamp(i3, 0, bottom)) * across * 2u;
    var a0 = x[at0] * there0;
    var a1 = x[at1] * there1;
    var a2 = x[at2] * there2;
    var a3 = x[at3] * there3;
    var before0 = 0.0; var before1 = 0.0; var before2 = 0.0; var before3 = 0.0;
    for (var column = 0u; column < across; column++) {
      let last = column + 1u == across;
      let here = column * 2u + 1u;
      let step = min(here + 1u, 2u * across - 1u);
      let g = dy[at_g + column];
      let b0 = x[at0 + here] * there0;
      let b1 = x[at1 + here] * there1;
      let b2 = x[at2 + here] * there2;
      let b3 = x[at3 + here] * there3;
      let n0 = select(x[at0 + step] * there0, vec4<f32>(), last);
      let n1 = select(x[at1 + step] * there1, vec4<f32>(), last);
      let n2 = select(x[at2 + step] * there2, vec4<f32>(), last);
      let n3 = select(x[at3 + step] * there3, vec4<f32>(), last);
      let r0 = row(before0, a0, b0, n0);
      let r1 = row(before1, a1, b1, n1);
      let r2 = row(before2, a2, b2, n2);
      let r3 = row(before3, a3, b3, n3);
      s0 = correlate(s0, subgroupBroadcast(g, 0u), r0, r1, r2, r3);
      s1 = correlate(s1, subgroupBroadcast(g, 1u), r0, r1, r2, r3);
      s2 = correlate(s2, subgroupBroadcast(g, 2u), r0, r1, r2, r3);
      s3 = correlate(s3, subgroupBroadcast(g, 3u), r0, r1, r2, r3);
      s4 = correlate(s4, subgroupBroadcast(g, 4u), r0, r1, r2, r3);
      s5 = correlate(s5, subgroupBroadcast(g, 5u), r0, r1, r2, r3);
      s6 = correlate(s6, subgroupBroadcast(g, 6u), r0, r1, r2, r3);
      s7 = correlate(s7, subgroupBroadcast(g, 7u), r0, r1, r2, r3);
      before0 = b0.w; a0 = n0;
      before1 = b1.w; a1 = n1;
      before2 = b2.w; a2 = n2;
      before3 = b3.w; a3 = n3;
    }
  }
  if (ci >= params.ci) { return; }
  let to = ((group.z * params.co + co) * params.ci + ci) * K * K;
  let next = params.ci * K * K;
  put(to, s0);
  if (co + 1u < params.co) { put(to + next, s1); }
  if (co + 2u < params.co) { put(to + 2u * next, s2); }
  if (co + 3u < params.co) { put(to + 3u * next, s3); }
  if (co + 4u < params.co) { put(to + 4u * next, s4); }
  if (co + 5u < params.co) { put(to + 5u * next, s5); }
  if (co + 6u < params.co) { put(to + 6u * next, s6); }
  if (co + 7u < params.co) { put(to + 7u * next, s7); }
}
