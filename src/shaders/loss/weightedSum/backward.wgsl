// Gradients of loss/weightedSum/forward: y[64 k] = weight_k * dy[0], 256 bytes apart so that each can be bound by
// itself. Grid: one workgroup.
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { count: u32, w0: f32, w1: f32, w2: f32, w3: f32, w4: f32, w5: f32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(8)
fn main(@builtin(local_invocation_index) k: u32) {
  if (k >= params.count) { return; }
  var w = params.w0;
  if (k == 1u) { w = params.w1; }
  if (k == 2u) { w = params.w2; }
  if (k == 3u) { w = params.w3; }
  if (k == 4u) { w = params.w4; }
  if (k == 5u) { w = params.w5; }
  y[64u * k] = w * dy[0];
}
