// The source as patch/nearest/tile reads it: column by column, up to four channels a pixel, `above` rows of padding on
// top and more below that no patch can match, the border repeated `shift` pixels out (CLAMP), and each patch's factor
// and class.
//   sourceMap [C,Hs,Ws], scale [sources] f32, sourceLabels [sources] u32 (read if SCALED, LABELS)
//   -> packed vec4f [columns][packedRows], extras vec2f [columns][packedRows]: (factor, class) of the patch that begins
//   there.
//   With up to three channels and LABELS, packed.w is the class of the patch whose last column this is.
// Grid: one thread per entry.
// #import grid
override LABELS: bool = false;
override SCALED: bool = false;
@group(0) @binding(0) var<storage, read> sourceMap: array<f32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(3) var<storage, read_write> packed: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> extras: array<vec2f>;
struct Params {
  c: i32, hs: i32, ws: i32, shift: i32, above: i32, packedRows: i32, patchRows: i32, patchColumns: i32, side: i32,
  threads: u32,
}
@group(0) @binding(5) var<uniform> params: Params;

const OUTSIDE: f32 = 1.0e15; // its square, and sums of that, stay finite

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let x = i32(thread) / params.packedRows;
  let y = i32(thread) % params.packedRows - params.above;
  var value = vec4f(OUTSIDE);
  if (y >= 0 && y < params.hs + 2 * params.shift) {
    let at = clamp(y - params.shift, 0, params.hs - 1) * params.ws + clamp(x - params.shift, 0, params.ws - 1);
    for (var c = 0; c < params.c; c++) { value[c] = sourceMap[c * params.hs * params.ws + at]; }
  }
  if (LABELS && params.c < 4) {
    let first = x - params.side + 1;
    value.w = 0.0;
    if (y >= 0 && y < params.patchRows && first >= 0) { value.w = f32(sourceLabels[y * params.patchColumns + first]); }
  }
  packed[thread] = value;
  if (SCALED || LABELS) {
    var extra = vec2f(1.0, 0.0);
    if (y >= 0 && y < params.patchRows && x < params.patchColumns) {
      let i = y * params.patchColumns + x;
      if (SCALED) { extra.x = scale[i]; }
      if (LABELS) { extra.y = f32(sourceLabels[i]); }
    }
    extras[thread] = extra;
  }
}
