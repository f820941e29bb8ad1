// mean[0] = sums[0] / sums[1], the weighted mean; 0 where no pixel counts.
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> mean: array<f32>;

@compute @workgroup_size(1)
fn main() {
  let total = sums[1];
  mean[0] = select(0.0, sums[0] / select(1.0, total, total > 0.0), total > 0.0);
}
