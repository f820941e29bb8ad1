// Weight gradient of conv2d/forward/k7 (7x7, stride 1, padding 3, zero or reflect) for at most four input channels
// (CHANNELS), as an image's:
//   sums[split][co][ci][kh][kw] = sum over the split's rows and all columns of dy[n,co,oy,ox] * x[n,ci,oy+kh-3,ox+kw-3]
// conv2d/weightGradient/partialSum adds the splits up (with one split, sums is dw itself). x [N,CHANNELS,H,W], dy
// [N,Co,H,W] with dy as vec4, W a multiple of 4; a split is `rows` consecutive rows of the N*H. Needs subgroups of
// LANES.
// One workgroup is one subgroup: one row kh of the taps of all input channels x LANES output channels, one per lane
// (conv2d/weightGradient/k7 has the input channels there, and most of its lanes idle). It walks along a row, 8
// columns a step: lane j loads the j-th of the 14 values of x that they meet, borders resolved, and broadcasts from
// constant lanes hand them out. No sum over lanes. Grid: (7, ceil(Co/LANES), splits). Limit: lane loads (2 vec4 and a
// scalar per channel for 56 multiply-adds per channel).
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
override CHANNELS: u32 = 3;

struct Params { n: u32, co: u32, h: i32, w: i32, rows: u32, reflect: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Taps { a: vec4f, b: vec3f } // kw = 0..3, 4..6
struct Source { at: u32, there: f32 } // where in a row a lane's value lies, and whether it does

fn source(column: i32) -> Source {
  let last = params.w - 1;
  let i = select(column, last - abs(last - abs(column)), params.reflect != 0u);
  return Source(u32(clamp(i, 0, last)), select(0.0, 1.0, i >= 0 && i <= last));
}

// p and q: values 0..7 and 8..15 of x by lanes; with 16 lanes p has all.
fn add(t: Taps, g: vec4f, h: vec4f, p: f32, q: f32) -> Taps {
  let l = vec4f(subgroupBroadcast(p, 0u), subgroupBroadcast(p, 1u), subgroupBroadcast(p, 2u), subgroupBroadcast(p, 3u));
  let m = vec4f(subgroupBroadcast(p, 4u), subgroupBroadcast(p, 5u), subgroupBroadcast(p, 6u), subgroupBroadcast(p, 7u));
  var r = vec4f();
  var e = vec2f();
  if (LANES > 8u) {
    r = vec4f(subgroupBroadcast(p, 8u), subgroupBroadcast(p, 9u), subgroupBroadcast(p, 10u), subgroupBroadcast(p, 11u));
    e = vec2f(subgroupBroadcast(p, 12u), subgroupBroadcast(p, 13u));
  } else {
    r = vec4f(subgroupBroadcast(q, 0u), subgroupBroadcast(q, 1u), subgroupBroadcast(q, 2u), subgroupBroadcast(q, 3u));
    e = vec2f(subgroupBroadcast(q, 4u), subgroupBroadcast(q, 5u));
  }
  return Taps(
    t.a + vec4f(dot(g, l) + dot(h, m), dot(g, vec4f(l.yzw, m.x)) + dot(h, vec4f(m.yzw, r.x)),
      dot(g, vec4f(l.zw, m.xy)) + dot(h, vec4f(m.zw, r.xy)), dot(g, vec4f(l.w, m.xyz)) + dot(h, vec4f(m.w, r.xyz))),
    t.b + vec3f(dot(g, m) + dot(h, r), dot(g, vec4f(m.yzw, r.x)) + dot(h, vec4f(r.yzw, e.x)),
      dot(g, vec4f(m.zw, r.xy)) + dot(h, vec4f(r.zw, e))));
}

fn put(at: u32, t: Taps) {
  sums[at] = t.a.x; sums[at + 1u] = t.a.y; sums[at + 2u] = t.a.z; sums[at + 3u] = t.a.w;
  sums[at + 4u] = t.b.x; sums[at + 5u] = t.b.y; sums[at + 6u] = t.b.z;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = u32(params.w) / 4u;
  let plane = u32(params.h) * across;
  let kh = group.x;
  let co = group.y * LANES + lane;
  let dy_channel = min(co, params.co - 1u) * plane;
  let bottom = params.h - 1;
  let end = min((group.z + 1u) * params.rows, params.n * u32(params.h));

  var t0 = Taps(); var t1 = Taps(); var t2 = Taps(); var t3 = Taps();
  for (var row = group.z * params.rows; row < end; row++) {
    let n = row / u32(params.h);
    let oy = row - n * u32(params.h);
    let down = i32(oy + kh) - 3;
    let i = select(down, bottom - abs(bottom - abs(down)), params.reflect != 0u);
    let there = select(0.0, 1.0, i >= 0 && i <= bottom);
    let from_x = (n * CHANNELS * u32(params.h) + u32(clamp(i, 0, bottom))) * u32(params.w);
    let from_dy = n * params.co * plane + dy_channel + oy * across;
    for (var column = 0u; column < across; column += 2u) {
      let g = dy[from_dy + column];
      let h = dy[from_dy + min(column + 1u, across - 1u)] * select(0.0, 1.0, column + 1u < across);
      let s = source(i32(column * 4u + lane) - 3);
      var u = s;
      if (LANES == 8u) { u = source(i32(column * 4u + lane) + 5); }
      let first = from_x + s.at;
      let second = from_x + u.at;
      let step = plane * 4u;
      let f = there * s.there;
      let e = there * u.there;
      var q0 = 0.0; var q1 = 0.0; var q2 = 0.0; var q3 = 0.0;
      if (LANES == 8u) {
        q0 = x[second] * e;
        if (CHANNELS > 1u) { q1 = x[second + step] * e; }
        if (CHANNELS > 2u) { q2 = x[second + 2u * step] * e; }
        if (CHANNELS > 3u) { q3 = x[second + 3u * step] * e; }
      }
      t0 = add(t0, g, h, x[first] * f, q0);
      if (CHANNELS > 1u) { t1 = add(t1, g, h, x[first + step] * f, q1); }
      if (CHANNELS > 2u) { t2 = add(t2, g, h, x[first + 2u * step] * f, q2); }
      if (CHANNELS > 3u) { t3 = add(t3, g, h, x[first + 3u * step] * f, q3); }
    }
  }
  if (co >= params.co) { return; }
  let to = (group.z * params.co + co) * CHANNELS * 49u + kh * 7u;
  put(to, t0);
  if (CHANNELS > 1u) { put(to + 49u, t1); }
  if (CHANNELS > 2u) { put(to + 98u, t2); }
  if (CHANNELS > 3u) { put(to + 147u, t3); }
}
