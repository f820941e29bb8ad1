// Euclidean norm of every patch, for the cosine metric: planes [C][stride] (patch/nearest/planes, border repeated
// already) -> norms [patches]. Grid: one thread per patch.
// #import grid
@group(0) @binding(0) var<storage, read> planes: array<f32>;
@group(0) @binding(1) var<storage, read_write> norms: array<f32>;
struct Params { channels: u32, stride: u32, columns: u32, side: u32, patchColumns: u32, threads: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let corner = (thread / params.patchColumns) * params.columns + thread % params.patchColumns;
  var sum = 0.0;
  for (var c = 0u; c < params.channels; c++) {
    for (var i = 0u; i < params.side; i++) {
      for (var j = 0u; j < params.side; j++) {
        let v = planes[c * params.stride + corner + i * params.columns + j];
        sum += v * v;
      }
    }
  }
  norms[thread] = sqrt(sum);
}
