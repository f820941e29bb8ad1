// y[i] = lrelu(sum over splits of sums[split][i] + bias[channel of i]), or with SKIP + skip[i] in place of the
// LeakyReLU: the second pass of conv2d/tiled/gemm with split sums, always in the same order.
// sums [splits][count], y [count] = [N,M,plane]. One invocation: one value. Grid: (ceil(count / WG) over x and y, 1).
override WG: u32 = 64;
override SKIP: bool = false;

struct Params { count: u32, splits: u32, m: u32, plane: u32, has_bias: u32, slope: f32 } // slope: 1 for none
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>; // any buffer when has_bias is 0
@group(0) @binding(2) var<storage, read> skip: array<f32>; // any buffer without SKIP
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WG + id.x;
  if (i >= params.count) { return; }
  var sum = 0.0;
  for (var split = 0u; split < params.splits; split++) { sum += sums[split * params.count + i]; }
  if (params.has_bias != 0u) { sum += bias[i / params.plane % params.m]; }
  if (SKIP) { y[i] = sum + skip[i]; } else { y[i] = select(sum * params.slope, sum, sum > 0.0); }
}
