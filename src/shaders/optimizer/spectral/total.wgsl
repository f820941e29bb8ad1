// Adds optimizer/spectral/dot's partial sums in a fixed order and writes what a weight's gradient needs of it:
// factors[k] = (<g_k, W_k> / (sigma |t|), 1 / sigma). first[k], first[k+1] bound weight k's tiles; scale = (1 / sigma,
// 1 / |t|). Grid: one workgroup per weight.
@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read> first: array<u32>;
@group(0) @binding(2) var<storage, read> scale: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> factors: array<vec2f>;

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
    let k = scale[group.x];
    factors[group.x] = vec2f(total * k.x * k.y, k.x);
  }
}
