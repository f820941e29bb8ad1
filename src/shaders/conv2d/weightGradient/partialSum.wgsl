// dw[i] = sum over splits of sums[split][i]: the second pass of backward-weight, always in the same order.
// sums [splits][count], dw [count]. One invocation: one weight. Grid: (ceil(count / WG), 1, 1).
override WG: u32 = 64;

struct Params { count: u32, splits: u32 }
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> dw: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  var sum = 0.0;
  for (var split = 0u; split < params.splits; split++) { sum += sums[split * params.count + id.x]; }
  dw[id.x] = sum;
}
