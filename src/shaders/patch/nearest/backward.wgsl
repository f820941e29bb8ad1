// Gradient of matched patch distances to the target, as a gather: dT[c,y,x] = sum over the K matches of every patch
// that covers the pixel of g * d'(t - s), the match held fixed.
//   targetMap [C,Ht,Wt], sourceMap [C,Hs,Ws]; indices u32 [K,targets], gradient f32 [K,targets] (of the scores);
//   scale [sources], read if SCALED (score = d * scale) -> output [C,Ht,Wt].
//   METRIC 0 = L1: sign(t - s), 0 at 0; 1 = squared L2: 2 (t - s). Cosine is composed of other ops, not here.
//   Indices and CLAMP as in patch/nearest/generic; an index outside the source adds nothing.
// Grid: one thread per pixel and channel. Sums run in a fixed order.
// #import grid
override K: u32 = 1u;
override METRIC: u32 = 0u;
override SCALED: bool = false;
override CLAMP: bool = false;

@group(0) @binding(0) var<storage, read> targetMap: array<f32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<f32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;
@group(0) @binding(5) var<storage, read_write> output: array<f32>;
struct Params { c: i32, ht: i32, wt: i32, hs: i32, ws: i32, side: i32, threads: u32 }
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let p = params.side;
  let r = (p - 1) / 2;
  let x = i32(thread) % params.wt;
  let y = (i32(thread) / params.wt) % params.ht;
  let c = i32(thread) / (params.wt * params.ht);
  let inset = select(p - 1, 0, CLAMP);
  let across = params.wt - inset;
  let down = params.ht - inset;
  let s_across = params.ws - inset;
  let sources = u32(s_across * (params.hs - inset));
  // Patches by center; a center is (index / across, index % across) + offset.
  let offset = select(r, 0, CLAMP);
  let t = targetMap[thread];
  let plane = c * params.hs * params.ws;
  var sum = 0.0;
  for (var cy = max(y - r, offset); cy <= min(y + r, down - 1 + offset); cy++) {
    // Patch rows that read this pixel: one, or several where the border is clamped.
    var i0 = y - cy;
    var i1 = i0;
    if (CLAMP && y == 0) { i0 = -r; }
    if (CLAMP && y == params.ht - 1) { i1 = r; }
    for (var cx = max(x - r, offset); cx <= min(x + r, across - 1 + offset); cx++) {
      var j0 = x - cx;
      var j1 = j0;
      if (CLAMP && x == 0) { j0 = -r; }
      if (CLAMP && x == params.wt - 1) { j1 = r; }
      let patch_index = u32((cy - offset) * across + cx - offset);
      for (var k = 0u; k < K; k++) {
        let at = k * u32(across * down) + patch_index;
        let index = indices[at];
        if (index >= sources) { continue; }
        var g = gradient[at];
        if (SCALED) { g *= scale[index]; }
        let sy = i32(index) / s_across + offset;
        let sx = i32(index) % s_across + offset;
        for (var i = i0; i <= i1; i++) {
          for (var j = j0; j <= j1; j++) {
            let u = clamp(sy + i, 0, params.hs - 1);
            let v = clamp(sx + j, 0, params.ws - 1);
            let e = t - sourceMap[plane + u * params.ws + v];
            sum += g * select(2.0 * e, sign(e), METRIC == 0u);
          }
        }
      }
    }
  }
  output[thread] = sum;
}
