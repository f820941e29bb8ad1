// Exact nearest patch for few channels, all pairs, on adapters whose subgroups have LANES lanes (made for lavapipe):
// each pixel difference is taken once per displacement and box-summed, down the tile by a tree, across it by a chain of
// running sums.
//   targetMap [C,Ht,Wt]; packed, extras: patch/nearest/pack of the source; targetLabels [targets] u32; masks:
//   patch/nearest/masks
//   -> indices u32 [chunks,targets], distances f32 [chunks,targets]: the best within each chunk of source rows, for
//   patch/nearest/merge. METRIC 0 or 1; scores, ties and patch order as in patch/nearest/generic. C 1..4, PATCH 1..9,
//   odd.
// A lane owns a tile of 16 pixel rows = 17 - PATCH patch rows by 4 patch columns. For every source row u it walks along
// the source: column v meets all of the tile's columns at once; chain[n][i] is the sum so far of the patch that began i
// columns ago. No subtraction, so equal patches get equal sums and ties are exact. In raster order, so the first wins.
// With SKIP (classes that never match each other) it walks only through the segments of source columns that share a
// class with one of the group's tiles: a run of segments begins PATCH - 1 columns early with new chains, so every sum
// is the same as without. The private arrays are also indexed by variables, outside the inner loop: that keeps them in
// memory, and the compile short. Grid: x = LANES tiles a group, y = chunk.
enable subgroups;
override LANES: u32 = 8; // of a subgroup: 8 or 16
override PATCH: u32 = 7u;
override CHANNELS: u32 = 3u;
override METRIC: u32 = 0u;
override LABELS: bool = false;
override SCALED: bool = false;
override CLAMP: bool = false;
override SKIP: bool = false;

@group(0) @binding(0) var<storage, read> targetMap: array<f32>;
@group(0) @binding(1) var<storage, read> packed: array<vec4f>;
@group(0) @binding(2) var<storage, read> extras: array<vec2f>;
@group(0) @binding(3) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(4) var<storage, read> masks: array<u32>; // any buffer without SKIP
@group(0) @binding(5) var<storage, read_write> indices: array<u32>;
@group(0) @binding(6) var<storage, read_write> distances: array<f32>;
struct Params {
  ht: i32, wt: i32, targetRows: u32, targetColumns: u32, packedRows: u32, columns: u32,
  steps: u32, chunk: u32, tiles: u32, tilesAcross: u32, penalty: f32, segments: u32, segment: u32,
}
@group(0) @binding(7) var<uniform> params: Params;

const N: u32 = 4u;
const FAR: f32 = 3.0e38;
const UNBEGUN: f32 = 1.0e35; // a chain whose first columns lie before the source
const WILD: u32 = 0xffffffffu;

struct Strip { a: vec4f, b: vec4f, c: vec4f, d: vec4f } // 16 rows of one column
var<private> tile: array<vec4f, 192>; // [channel][column][4]
var<private> chain: array<f32, 256>;  // [n][i][m]
var<private> best: array<f32, 64>;    // [n][m]
var<private> arg: array<u32, 64>;
var<private> labels: array<f32, 64>;
var<private> penalties: array<f32, 64>; // 0 where any class will do

fn measure(a: vec4f, b: vec4f) -> vec4f {
  if (METRIC == 0u) { return abs(a - b); }
  let e = a - b;
  return e * e;
}
fn spread(v: f32) -> array<vec4f, 2> {
  return array<vec4f, 2>(
    vec4f(subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u)),
    vec4f(subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u)));
}
// What lies 8 rows behind: the other lanes' own where there are 16.
fn behind(low: f32, high: f32) -> array<vec4f, 2> {
  if (LANES == 8u) { return spread(high); }
  return array<vec4f, 2>(
    vec4f(subgroupBroadcast(low, 8u), subgroupBroadcast(low, 9u), subgroupBroadcast(low, 10u),
      subgroupBroadcast(low, 11u)),
    vec4f(subgroupBroadcast(low, 12u), subgroupBroadcast(low, 13u), subgroupBroadcast(low, 14u),
      subgroupBroadcast(low, 15u)));
}
fn add(p: Strip, q: Strip) -> Strip { return Strip(p.a + q.a, p.b + q.b, p.c + q.c, p.d + q.d); }
fn up1(p: Strip) -> Strip {
  return Strip(vec4f(p.a.yzw, p.b.x), vec4f(p.b.yzw, p.c.x), vec4f(p.c.yzw, p.d.x), p.d.yzww);
}
fn up2(p: Strip) -> Strip {
  return Strip(vec4f(p.a.zw, p.b.xy), vec4f(p.b.zw, p.c.xy), vec4f(p.c.zw, p.d.xy), p.d.zwww);
}
fn up4(p: Strip) -> Strip { return Strip(p.b, p.c, p.d, p.d); }

/** Sums of PATCH neighbors down a strip; the last PATCH - 1 entries are meaningless. */
fn windows(p: Strip) -> Strip {
  if (PATCH == 1u) { return p; }
  let two = add(p, up1(p));
  let three = add(two, up2(p));
  if (PATCH == 3u) { return three; }
  let four = add(two, up2(two));
  if (PATCH == 5u) { return add(four, up4(p)); }
  if (PATCH == 7u) { return add(four, up4(three)); }
  return add(add(four, up4(four)), up4(up4(p)));
}

/** Column x of the tile against the source column s, summed over channels and down the patch. */
fn column(x: u32, s: array<vec4f, 16>) -> array<f32, 16> {
  var sum = Strip(measure(s[0], tile[4u * x]), measure(s[1], tile[4u * x + 1u]),
    measure(s[2], tile[4u * x + 2u]), measure(s[3], tile[4u * x + 3u]));
  for (var c = 1u; c < CHANNELS; c++) {
    let o = 4u * (c * (PATCH + N - 1u) + x);
    sum.a += measure(s[4u * c], tile[o]);
    sum.b += measure(s[4u * c + 1u], tile[o + 1u]);
    sum.c += measure(s[4u * c + 2u], tile[o + 2u]);
    sum.d += measure(s[4u * c + 3u], tile[o + 3u]);
  }
  let r = windows(sum);
  return array<f32, 16>(r.a.x, r.a.y, r.a.z, r.a.w, r.b.x, r.b.y, r.b.z, r.b.w,
    r.c.x, r.c.y, r.c.z, r.c.w, r.d.x, r.d.y, r.d.z, r.d.w);
}

/** Patch column n: its sums r[n] ... r[n + PATCH - 1] end one patch and lengthen the others. */
fn finish(n: u32, r: array<array<f32, 16>, 12>, factor: array<vec4f, 4>, class_: array<vec4f, 4>, step: u32) {
  let rows = 17u - PATCH;
  for (var m = 0u; m < rows; m++) {
    let base = n * (PATCH - 1u) * rows + m;
    let i = n * rows + m;
    var d = r[n + PATCH - 1u][m];
    if (PATCH > 1u) { d += chain[base + (PATCH - 2u) * rows]; }
    if (SCALED) { d *= factor[m / 4u][m % 4u]; }
    if (LABELS) { d += select(penalties[i], 0.0, labels[i] == class_[m / 4u][m % 4u]); }
    arg[i] = select(arg[i], step, d < best[i]);
    best[i] = min(best[i], d);
    if (PATCH > 8u) { chain[base + 7u * rows] = chain[base + 6u * rows] + r[n + 7u][m]; }
    if (PATCH > 7u) { chain[base + 6u * rows] = chain[base + 5u * rows] + r[n + 6u][m]; }
    if (PATCH > 6u) { chain[base + 5u * rows] = chain[base + 4u * rows] + r[n + 5u][m]; }
    if (PATCH > 5u) { chain[base + 4u * rows] = chain[base + 3u * rows] + r[n + 4u][m]; }
    if (PATCH > 4u) { chain[base + 3u * rows] = chain[base + 2u * rows] + r[n + 3u][m]; }
    if (PATCH > 3u) { chain[base + 2u * rows] = chain[base + 1u * rows] + r[n + 2u][m]; }
    if (PATCH > 2u) { chain[base + 1u * rows] = chain[base + 0u * rows] + r[n + 1u][m]; }
    if (PATCH > 1u) { chain[base] = r[n][m]; }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let rows = 17u - PATCH;
  let width = PATCH + N - 1u;
  let index = group.x * LANES + lane;
  let y0 = (index / params.tilesAcross) * rows;
  let x0 = (index % params.tilesAcross) * N;
  let shift = select(0, i32(PATCH / 2u), CLAMP);
  for (var i = 0u; i < CHANNELS * width * 16u; i++) {
    let x = clamp(i32(x0 + (i / 16u) % width) - shift, 0, params.wt - 1);
    let y = clamp(i32(y0 + i % 16u) - shift, 0, params.ht - 1);
    tile[i / 4u][i % 4u] = targetMap[(i32(i / (width * 16u)) * params.ht + y) * params.wt + x];
  }
  for (var i = 0u; i < N * rows; i++) {
    best[i] = FAR;
    arg[i] = 0u;
    if (LABELS) {
      let y = min(y0 + i % rows, params.targetRows - 1u);
      let x = min(x0 + i / rows, params.targetColumns - 1u);
      let label = targetLabels[y * params.targetColumns + x];
      labels[i] = f32(label);
      penalties[i] = select(params.penalty, 0.0, label == WILD);
    }
  }
  // Patch row m of the tile meets source patch row u + 1 - rows + m; packed has `rows - 1` extra rows on top for that.
  let across = params.columns + 1u - PATCH;
  let end = min((group.y + 1u) * params.chunk, params.steps);
  var classes = 0u;
  if (SKIP) {
    for (var i = 0u; i < LANES; i++) {
      classes |= masks[params.steps * params.segments + min(group.x * LANES + i, params.tiles - 1u)];
    }
  }
  for (var u = group.y * params.chunk; u < end; u++) {
    var open = 1u; // segments to walk through, as bits: at most 31
    if (SKIP) {
      open = 0u;
      for (var i = 0u; i < params.segments; i++) {
        open |= select(0u, 1u << i, (masks[u * params.segments + i] & classes) != 0u);
      }
    }
    while (open != 0u) {
      let first = firstTrailingBit(open);
      let past = first + firstTrailingBit(~(open >> first));
      open &= ~((1u << past) - 1u);
      let last = min(past * params.segment + PATCH - 1u, params.columns);
      for (var i = 0u; i < N * (PATCH - 1u) * rows; i++) { chain[i] = UNBEGUN; }
      var at = u + lane + first * params.segment * params.packedRows;
      // patch index for m = 0; wraps where there is none
      var step = (u + 1u - rows) * across + 1u - PATCH + first * params.segment;
      for (var v = first * params.segment; v < last; v++) {
        let low = packed[at];
        var high = low;
        if (LANES == 8u) { high = packed[at + 8u]; }
        var s: array<vec4f, 16>;
        for (var c = 0u; c < CHANNELS; c++) {
          let l = spread(low[c]);
          let h = behind(low[c], high[c]);
          s[4u * c] = l[0]; s[4u * c + 1u] = l[1]; s[4u * c + 2u] = h[0]; s[4u * c + 3u] = h[1];
        }
        var factor: array<vec4f, 4>;
        var class_: array<vec4f, 4>;
        if (SCALED || (LABELS && CHANNELS > 3u)) {
          // Where no patch has ended yet any value does: its sum is UNBEGUN.
          let e = max(at, (PATCH - 1u) * params.packedRows) - (PATCH - 1u) * params.packedRows;
          let el = extras[e];
          var eh = el;
          if (LANES == 8u) { eh = extras[e + 8u]; }
          if (SCALED) {
            let fl = spread(el.x); let fh = behind(el.x, eh.x);
            factor[0] = fl[0]; factor[1] = fl[1]; factor[2] = fh[0]; factor[3] = fh[1];
          }
          if (LABELS && CHANNELS > 3u) {
            let cl = spread(el.y); let ch = behind(el.y, eh.y);
            class_[0] = cl[0]; class_[1] = cl[1]; class_[2] = ch[0]; class_[3] = ch[1];
          }
        }
        if (LABELS && CHANNELS < 4u) { // the class came with the colors
          let cl = spread(low.w); let ch = behind(low.w, high.w);
          class_[0] = cl[0]; class_[1] = cl[1]; class_[2] = ch[0]; class_[3] = ch[1];
        }
        var r: array<array<f32, 16>, 12>;
        r[0] = column(0u, s);
        r[1] = column(1u, s);
        r[2] = column(2u, s);
        r[3] = column(3u, s);
        if (PATCH > 1u) { r[4] = column(4u, s); r[5] = column(5u, s); }
        if (PATCH > 3u) { r[6] = column(6u, s); r[7] = column(7u, s); }
        if (PATCH > 5u) { r[8] = column(8u, s); r[9] = column(9u, s); }
        if (PATCH > 7u) { r[10] = column(10u, s); r[11] = column(11u, s); }
        finish(0u, r, factor, class_, step);
        finish(1u, r, factor, class_, step);
        finish(2u, r, factor, class_, step);
        finish(3u, r, factor, class_, step);
        at += params.packedRows;
        step += 1u;
      }
    }
  }
  let count = params.targetRows * params.targetColumns;
  for (var i = 0u; i < N * rows; i++) {
    let y = y0 + i % rows;
    let x = x0 + i / rows;
    if (y < params.targetRows && x < params.targetColumns) {
      let o = group.y * count + y * params.targetColumns + x;
      distances[o] = best[i];
      indices[o] = arg[i] + (i % rows) * across;
    }
  }
}
