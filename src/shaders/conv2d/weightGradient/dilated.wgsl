// Weight gradient of a 3x3 convolution with dilation = zero padding, a multiple of 4, width a multiple of 4, on the
// software adapter:
//   sums[split][co][ci][kh][kw] = sum over the split's pixels of dy[n,co,oy,ox] * x[n,ci,oy+(kh-1)*d,ox+(kw-1)*d]
// conv2d/weightGradient/partialSum adds the splits up (with one split, sums is dw itself). x [N,Ci,H,W], dy [N,Co,H,W]
// as vec4; a split is `steps` consecutive vec4 of the N*H*W/4. Every tap is a whole vec4 aside. Needs subgroups of
// LANES. For few input channels: the Ci*9 taps are columns of one matrix. One workgroup is one subgroup: 4*LANES output
// channels (lane, lane + LANES, ...) x 16 columns; lane j loads x where columns j and j + 8 meet it, and a broadcast
// from a constant lane hands it out. Grid: (ceil(Co/(4*LANES)), ceil(Ci*9/16), splits). Limit: lane loads (6 vec4 for
// 256 multiply-adds).
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16

struct Params { n: u32, ci: u32, co: u32, h: i32, w: i32, dilation: i32, steps: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

struct Tap { plane: u32, down: i32, aside: i32 } // where its channel starts, and how many rows and vec4 it lies off
// four pixels of dy of output channels lane, lane + LANES, ...
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn tap(column: u32) -> Tap {
  let t = min(column, params.ci * 9u - 1u);
  let ci = t / 9u;
  let kh = i32(t - ci * 9u) / 3;
  let kw = i32(t - ci * 9u) - kh * 3;
  return Tap(ci * u32(params.h * params.w / 4), (kh - 1) * params.dilation, (kw - 1) * params.dilation / 4);
}

fn load_tap(t: Tap, image: u32, oy: i32, column: i32) -> vec4f {
  let i = oy + t.down;
  let j = column + t.aside;
  let across = params.w / 4;
  if (i < 0 || i >= params.h || j < 0 || j >= across) { return vec4f(); }
  return x[image + t.plane + u32(i * across + j)];
}

fn meet(g: Four, p: vec4f) -> vec4f { return vec4f(dot(g.a, p), dot(g.b, p), dot(g.c, p), dot(g.d, p)); }

fn put(split: u32, co: u32, column: u32, s: vec4f) {
  let columns = params.ci * 9u;
  if (column >= columns) { return; }
  let at = (split * params.co + co) * columns + column;
  if (co < params.co) { sums[at] = s.x; }
  if (co + LANES < params.co) { sums[at + LANES * columns] = s.y; }
  if (co + 2u * LANES < params.co) { sums[at + 2u * LANES * columns] = s.z; }
  if (co + 3u * LANES < params.co) { sums[at + 3u * LANES * columns] = s.w; }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let across = u32(params.w) / 4u;
  let plane = u32(params.h) * across;
  let co = group.x * 4u * LANES + lane;
  let columns = group.y * 16u;
  let dy0 = min(co, params.co - 1u) * plane;
  let dy1 = min(co + LANES, params.co - 1u) * plane;
  let dy2 = min(co + 2u * LANES, params.co - 1u) * plane;
  let dy3 = min(co + 3u * LANES, params.co - 1u) * plane;
  let tap0 = tap(columns + (lane & 7u));
  let tap1 = tap(columns + 8u + (lane & 7u));
  let end = min((group.z + 1u) * params.steps, params.n * plane);

  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();
  var s4 = vec4f(); var s5 = vec4f(); var s6 = vec4f(); var s7 = vec4f();
  var s8 = vec4f(); var s9 = vec4f(); var s10 = vec4f(); var s11 = vec4f();
  var s12 = vec4f(); var s13 = vec4f(); var s14 = vec4f(); var s15 = vec4f();
  for (var i = group.z * params.steps; i < end; i++) {
    let n = i / plane;
    let here = i - n * plane;
    let oy = here / across;
    let column = i32(here - oy * across);
    let image = n * params.co * plane + here;
    let g = Four(dy[image + dy0], dy[image + dy1], dy[image + dy2], dy[image + dy3]);
    let p = load_tap(tap0, n * params.ci * plane, i32(oy), column);
    let q = load_tap(tap1, n * params.ci * plane, i32(oy), column);
    s0 += meet(g, subgroupBroadcast(p, 0u));
    s1 += meet(g, subgroupBroadcast(p, 1u));
    s2 += meet(g, subgroupBroadcast(p, 2u));
    s3 += meet(g, subgroupBroadcast(p, 3u));
    s4 += meet(g, subgroupBroadcast(p, 4u));
    s5 += meet(g, subgroupBroadcast(p, 5u));
    s6 += meet(g, subgroupBroadcast(p, 6u));
    s7 += meet(g, subgroupBroadcast(p, 7u));
    s8 += meet(g, subgroupBroadcast(q, 0u));
    s9 += meet(g, subgroupBroadcast(q, 1u));
    s10 += meet(g, subgroupBroadcast(q, 2u));
    s11 += meet(g, subgroupBroadcast(q, 3u));
    s12 += meet(g, subgroupBroadcast(q, 4u));
    s13 += meet(g, subgroupBroadcast(q, 5u));
    s14 += meet(g, subgroupBroadcast(q, 6u));
    s15 += meet(g, subgroupBroadcast(q, 7u));
  }
  put(group.z, co, columns + 0u, s0); put(group.z, co, columns + 1u, s1);
  put(group.z, co, columns + 2u, s2); put(group.z, co, columns + 3u, s3);
  put(group.z, co, columns + 4u, s4); put(group.z, co, columns + 5u, s5);
  put(group.z, co, columns + 6u, s6); put(group.z, co, columns + 7u, s7);
  put(group.z, co, columns + 8u, s8); put(group.z, co, columns + 9u, s9);
  put(group.z, co, columns + 10u, s10); put(group.z, co, columns + 11u, s11);
  put(group.z, co, columns + 12u, s12); put(group.z, co, columns + 13u, s13);
  put(group.z, co, columns + 14u, s14); put(group.z, co, columns + 15u, s15);
}
