// Per pixel: lse = log(sum_k exp(logits)), and the two terms of the weighted mean,
//   terms[0, n, p] = weight[label] * (lse - logits[label]), terms[1, n, p] = weight[label]; both 0 where the label is
//   params.ignore or not below K.
// logits [N, K, P], labels [N, P], weights [K] (any buffer when WEIGHTED is false), lse [N, P], terms [2, N, P].
// Grid: x = pixels, y = n, z = pixels beyond x.
// #import planes
override WEIGHTED: bool = false;
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> lse: array<f32>;
@group(0) @binding(4) var<storage, read_write> terms: array<f32>;
struct Params { n: u32, k: u32, size: u32, ignore: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  if (pixel >= params.size) { return; }
  let n = group.y;
  let base = n * params.k * params.size + pixel;
  var top = logits[base];
  for (var k = 1u; k < params.k; k++) { top = max(top, logits[base + k * params.size]); }
  var sum = 0.0;
  for (var k = 0u; k < params.k; k++) { sum += exp(logits[base + k * params.size] - top); }
  let at = n * params.size + pixel;
  let label = labels[at];
  var weight = 0.0;
  var loss = 0.0;
  if (label < params.k && label != params.ignore) {
    weight = 1.0;
    if (WEIGHTED) { weight = weights[label]; }
    loss = weight * (top - logits[base + label * params.size] + log(sum));
  }
  lse[at] = top + log(sum);
  terms[at] = loss;
  terms[params.n * params.size + at] = weight;
}
