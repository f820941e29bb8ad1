// K nearest patches from pixel distances: a patch distance is a diagonal box sum of the matrix of patch/nearest/pixels.
//   matrix [band pixels][sourceStride]; targetNorms, sourceNorms [patches] (METRIC 2 only); labels, scale and the
//   results as in patch/nearest/generic, coordinates in the map with its repeated border.
// Grid: one thread per target patch of the band: patches first ... first + threads - 1 in raster order, whole rows; the
// matrix's first row is pixel `origin` of the target.
// #import grid
override K: u32 = 1u;
override METRIC: u32 = 0u;
override LABELS: bool = false;
override SCALED: bool = false;
override SIDE: u32 = 3u;

@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> targetNorms: array<f32>;
@group(0) @binding(2) var<storage, read> sourceNorms: array<f32>;
@group(0) @binding(3) var<storage, read> targetLabels: array<u32>;
@group(0) @binding(4) var<storage, read> sourceLabels: array<u32>;
@group(0) @binding(5) var<storage, read> scale: array<f32>;
@group(0) @binding(6) var<storage, read_write> indices: array<u32>;
@group(0) @binding(7) var<storage, read_write> distances: array<f32>;
struct Params {
  targetColumns: u32, patchColumns: u32, sourceColumns: u32, sourcePatchColumns: u32, sourcePatchRows: u32,
  sourceStride: u32, origin: u32, first: u32, count: u32, threads: u32, penalty: f32,
}
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let patch_index = params.first + thread;
  let corner = (patch_index / params.patchColumns) * params.targetColumns + patch_index % params.patchColumns -
    params.origin;
  var label = 0xffffffffu;
  if (LABELS) { label = targetLabels[patch_index]; }
  var norm = 1.0;
  if (METRIC == 2u) { norm = targetNorms[patch_index]; }

  var best = array<f32, 8>(3.4e38, 3.4e38, 3.4e38, 3.4e38, 3.4e38, 3.4e38, 3.4e38, 3.4e38);
  var arg = array<u32, 8>();
  var index = 0u;
  for (var y = 0u; y < params.sourcePatchRows; y++) {
    for (var x = 0u; x < params.sourcePatchColumns; x++) {
      var d = 0.0;
      for (var i = 0u; i < SIDE; i++) {
        let at = (corner + i * params.targetColumns) * params.sourceStride + (y + i) * params.sourceColumns + x;
        for (var j = 0u; j < SIDE; j++) { d += matrix[at + j * (params.sourceStride + 1u)]; }
      }
      if (METRIC == 2u) { d = 1.0 - d / max(norm * sourceNorms[index], 1e-8); }
      if (SCALED) { d *= scale[index]; }
      if (LABELS) { d += select(params.penalty, 0.0, label == 0xffffffffu || label == sourceLabels[index]); }
      if (K == 1u) {
        arg[0] = select(arg[0], index, d < best[0]);
        best[0] = min(best[0], d);
      } else if (d < best[K - 1u]) {
        // A bubble down the sorted list; from where it enters, everything moves one down, ties included.
        var held = d;
        var held_arg = index;
        var placed = false;
        for (var k = 0u; k < 8u; k++) {
          placed = placed || held < best[k];
          let old = best[k];
          let old_arg = arg[k];
          best[k] = select(old, held, placed);
          arg[k] = select(old_arg, held_arg, placed);
          held = select(held, old, placed);
          held_arg = select(held_arg, old_arg, placed);
        }
      }
      index++;
    }
  }
  for (var k = 0u; k < K; k++) {
    distances[k * params.count + patch_index] = best[k];
    indices[k * params.count + patch_index] = arg[k];
  }
}
