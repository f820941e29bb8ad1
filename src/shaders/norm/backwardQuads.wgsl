// Gradients of a normalization without affine (AFFINE 0) or with one per channel (1): see lib/normBackward.
// dgamma[c] = sum e h, dbeta[c] = sum e over all samples; any small buffers when AFFINE is 0.
// #import normBackward
@group(0) @binding(6) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(7) var<storage, read_write> dbeta: array<f32>;

fn element_sums(second: u32, i: u32, eh: vec4f, e: vec4f) {}
fn unit_sums(second: u32, unit: u32, eh: f32, e: f32) {
  if (AFFINE == 1u) {
    dgamma[second * params.batch_offset_dgamma + unit] = eh;
    dbeta[second * params.batch_offset_dbeta + unit] = e;
  }
}
