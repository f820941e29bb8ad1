// Which classes occur where, for patch/nearest/tile to leave out what cannot match: one bit for class modulo 32.
//   sourceLabels [patchRows,patchColumns], targetLabels [targetRows,targetColumns] u32
//   -> masks u32 [steps,segments] of the source, then [tiles] of the target.
// Source: the patch rows that a tile of `rows` patch rows meets in step u (u + 1 - rows ... u), columns in segments of
// `segment`. Target: a tile's rows x 4 columns; 0xffffffff (any class will do) has all bits.
// Grid: one thread per mask. Not speed critical: made once for a pair.
// #import grid
@group(0) @binding(0) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(1) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(2) var<storage, read_write> masks: array<u32>;
struct Params {
  rows: i32, steps: u32, segments: u32, segment: i32, tiles: u32, tilesAcross: u32,
  patchRows: i32, patchColumns: i32, targetRows: i32, targetColumns: i32,
}
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = workgroup_flat(group, groups) * WG + lane;
  let ofSource = params.steps * params.segments;
  if (i >= ofSource + params.tiles) { return; }
  var mask = 0u;
  if (i < ofSource) {
    let u = i32(i / params.segments);
    let first = i32(i % params.segments) * params.segment;
    for (var y = max(u + 1 - params.rows, 0); y < min(u + 1, params.patchRows); y++) {
      for (var x = first; x < min(first + params.segment, params.patchColumns); x++) {
        mask |= 1u << (sourceLabels[y * params.patchColumns + x] & 31u);
      }
    }
  } else {
    let tile = i - ofSource;
    let y0 = i32(tile / params.tilesAcross) * params.rows;
    let x0 = i32(tile % params.tilesAcross) * 4;
    for (var y = y0; y < min(y0 + params.rows, params.targetRows); y++) {
      for (var x = x0; x < min(x0 + 4, params.targetColumns); x++) {
        let label = targetLabels[y * params.targetColumns + x];
        mask |= select(1u << (label & 31u), 0xffffffffu, label == 0xffffffffu);
      }
    }
  }
  masks[i] = mask;
}
