// sums[slot] += value[0]: a loss is added to its running sum on the device, to be read every few steps.
// Grid: one invocation.
@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
struct Params { slot: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() { sums[params.slot] += value[0]; }
