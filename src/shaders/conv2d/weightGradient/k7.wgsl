// Weight gradient of conv2d/forward/k7 (7x7, stride 1, padding 3, zero or reflect), width a multiple of 4:
//   sums[split][co][ci][kh][kw] = sum over the split's rows and all columns of dy[n,co,oy,ox] * x[n,ci,oy+kh-3,ox+kw-3]
// conv2d/weightGradient/partialSum adds the splits up (with one split, sums is dw itself). x [N,Ci,H,W], dy [N,Co,H,W]
// as vec4; a split is `rows` consecutive rows of the N*H. Needs subgroups of LANES.
// One workgroup is one subgroup: one row kh of the taps, LANES input channels, one per lane, x 8 output channels. It
// walks along a row, 4 columns a step; lane j loads dy of output channel j, and a broadcast from a constant lane hands
// it out. No sum over lanes. Grid: (ceil(Ci/LANES)*7, ceil(Co/8), splits). Limit: multiply and add units; lanes stay
// idle below 8 input channels.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16

struct Params { n: u32, ci: u32, co: u32, h: i32, w: u32, rows: u32, reflect: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Taps { a: vec4f, b: vec3f } // kw = 0..3, 4..6

// The vec4 that starts at column t - 3 of the middle one.
fn shifted(l: vec4f, m: vec4f, r: vec4f) -> array<vec4f, 7> {
  return array<vec4f, 7>(vec4f(l.yzw, m.x), vec4f(l.zw, m.xy), vec4f(l.w, m.xyz), m,
    vec4f(m.yzw, r.x), vec4f(m.zw, r.xy), vec4f(m.w, r.xyz));
}

fn correlate(t: Taps, g: vec4f, r: array<vec4f, 7>) -> Taps {
  return Taps(t.a + vec4f(dot(g, r[0]), dot(g, r[1]), dot(g, r[2]), dot(g, r[3])),
    t.b + vec3f(dot(g, r[4]), dot(g, r[5]), dot(g, r[6])));
}

fn put(at: u32, t: Taps) {
  sums[at] = t.a.x; sums[at + 1u] = t.a.y; sums[at + 2u] = t.a.z; sums[at + 3u] = t.a.w;
  sums[at + 4u] = t.b.x; sums[at + 5u] = t.b.y; sums[at + 6u] = t.b.z;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = params.w / 4u;
  let plane = u32(params.h) * across;
  let block = group.x / 7u;
  let kh = i32(group.x - block * 7u);
  let ci = block * LANES + lane;
  let co = group.y * 8u;
  let x_channel = min(ci, params.ci - 1u) * plane;
  let dy_channel = min(co + (lane & 7u), params.co - 1u) * plane;
  let reflect = params.reflect != 0u;
  let bottom = params.h - 1;
  let end = min((group.z + 1u) * params.rows, params.n * u32(params.h));

  var s0 = Taps(); var s1 = Taps(); var s2 = Taps(); var s3 = Taps();
  var s4 = Taps(); var s5 = Taps(); var s6 = Taps(); var s7 = Taps();
  for (var strip = group.z * params.rows; strip < end; strip++) {
    let n = strip / u32(params.h);
    let oy = strip - n * u32(params.h);
    let row = i32(oy) + kh - 3;
    let i = select(row, bottom - abs(bottom - abs(row)), reflect);
    let there = select(0.0, 1.0, i >= 0 && i <= bottom);
    let at = n * params.ci * plane + x_channel + u32(clamp(i, 0, bottom)) * across;
    let at_g = n * params.co * plane + dy_channel + oy * across;
    var here = x[at] * there;
    var before = select(vec4f(), here.xwzy, reflect);
    for (var column = 0u; column < across; column++) {
      let g = dy[at_g + column];
      let last = column + 1u == across;
      let next = select(x[at + min(column + 1u, across - 1u)] * there, select(vec4f(), here.zyxw, reflect), last);
      let r = shifted(before, here, next);
      s0 = correlate(s0, subgroupBroadcast(g, 0u), r);
      s1 = correlate(s1, subgroupBroadcast(g, 1u), r);
      s2 = correlate(s2, subgroupBroadcast(g, 2u), r);
      s3 = correlate(s3, subgroupBroadcast(g, 3u), r);
      s4 = correlate(s4, subgroupBroadcast(g, 4u), r);
      s5 = correlate(s5, subgroupBroadcast(g, 5u), r);
      s6 = correlate(s6, subgroupBroadcast(g, 6u), r);
      s7 = correlate(s7, subgroupBroadcast(g, 7u), r);
      before = here;
      here = next;
    }
  }
  if (ci >= params.ci) { return; }
  let to = ((group.z * params.co + co) * params.ci + ci) * 49u + u32(kh) * 7u;
  let step = params.ci * 49u;
  put(to, s0);
  if (co + 1u < params.co) { put(to + step, s1); }
  if (co + 2u < params.co) { put(to + 2u * step, s2); }
  if (co + 3u < params.co) { put(to + 3u * step, s3); }
  if (co + 4u < params.co) { put(to + 4u * step, s4); }
  if (co + 5u < params.co) { put(to + 5u * step, s5); }
  if (co + 6u < params.co) { put(to + 6u * step, s6); }
  if (co + 7u < params.co) { put(to + 7u * step, s7); }
}
