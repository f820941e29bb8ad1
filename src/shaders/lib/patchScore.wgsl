// The score of one target patch against one source patch, as patchNearest.generic defines it, for kernels that try few
// pairs. Uses the kernel's params: c, ht, wt, hs, ws, side, penalty.
override METRIC: u32 = 0u;
override LABELS: bool = false;
override SCALED: bool = false;
override CLAMP: bool = false;
@group(0) @binding(0) var<storage, read> targetMap: array<f32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<f32>;
@group(0) @binding(2) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(3) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;

fn target_patches() -> vec2i { return vec2i(params.wt, params.ht) - select(params.side - 1, 0, CLAMP); }
fn source_patches() -> vec2i { return vec2i(params.ws, params.hs) - select(params.side - 1, 0, CLAMP); }

/** May stop early: then the result is more than `best`. */
fn patch_score(t: u32, s: u32, best: f32) -> f32 {
  let shift = select(0, (params.side - 1) / 2, CLAMP);
  let tp = vec2i(i32(t) % target_patches().x, i32(t) / target_patches().x) - shift;
  let sp = vec2i(i32(s) % source_patches().x, i32(s) / source_patches().x) - shift;
  var extra = 0.0;
  var factor = 1.0;
  if (LABELS) {
    let label = targetLabels[t];
    extra = select(params.penalty, 0.0, label == 0xffffffffu || label == sourceLabels[s]);
  }
  if (SCALED) { factor = scale[s]; }
  var limit = 3.4e38;
  if (best < 3.0e38) { limit = (best - extra) / factor * 1.000001; }
  var sum = 0.0;
  var tt = 0.0;
  var ss = 0.0;
  for (var c = 0; c < params.c; c++) {
    for (var i = 0; i < params.side; i++) {
      var ty = tp.y + i;
      var sy = sp.y + i;
      if (CLAMP) { ty = clamp(ty, 0, params.ht - 1); sy = clamp(sy, 0, params.hs - 1); }
      for (var j = 0; j < params.side; j++) {
        var tx = tp.x + j;
        var sx = sp.x + j;
        if (CLAMP) { tx = clamp(tx, 0, params.wt - 1); sx = clamp(sx, 0, params.ws - 1); }
        let a = targetMap[(c * params.ht + ty) * params.wt + tx];
        let b = sourceMap[(c * params.hs + sy) * params.ws + sx];
        if (METRIC == 0u) { sum += abs(a - b); }
        if (METRIC == 1u) { sum += (a - b) * (a - b); }
        if (METRIC == 2u) { sum += a * b; tt += a * a; ss += b * b; }
      }
    }
    if (METRIC != 2u && sum > limit) { break; }
  }
  if (METRIC == 2u) { sum = 1.0 - sum / max(sqrt(tt) * sqrt(ss), 1e-8); }
  return sum * factor + extra;
}
