// dlogits[n, k, p] = dy * weight[label] / (sum of weights) * (exp(logits - lse) - [k = label]); 0 where the pixel does
// not count. dy [1], sums [2] (the second is the sum of weights), the rest as in loss/crossEntropy/forward. Grid: as
// there.
// #import planes
override WEIGHTED: bool = false;
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> lse: array<f32>;
@group(0) @binding(4) var<storage, read> sums: array<f32>;
@group(0) @binding(5) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dlogits: array<f32>;
struct Params { k: u32, size: u32, ignore: u32 }
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  if (pixel >= params.size) { return; }
  let base = group.y * params.k * params.size + pixel;
  let label = labels[group.y * params.size + pixel];
  let total = lse[group.y * params.size + pixel];
  var factor = 0.0;
  if (label < params.k && label != params.ignore) {
    factor = 1.0;
    if (WEIGHTED) { factor = weights[label]; }
    // A pixel of weight 0 must give 0, also where the sum of weights is 0.
    factor = select(0.0, dy[0] * factor / sums[1], factor != 0.0);
  }
  for (var k = 0u; k < params.k; k++) {
    let at = base + k * params.size;
    dlogits[at] = factor * (exp(logits[at] - total) - select(0.0, 1.0, k == label));
  }
}
