// Adds spectral.dot's partial sums in a fixed order: dots[k] = <g_k, W_k>. first[k], first[k+1] bound weight k's tiles.
// Grid: one workgroup per weight.
@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read> first: array<u32>;
@group(0) @binding(2) var<storage, read_write> dots: array<f32>;

var<workgroup> parts: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = first[group.x] * 64u + lane; i < first[group.x + 1u] * 64u; i += 64u) { sum += partial[i]; }
  parts[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) { total += parts[i]; }
    dots[group.x] = total;
  }
}
