// Gradients of a normalization with an affine per element (AFFINE 2): see lib/normBackward. dgamma = e h, dbeta = e.
// #import normBackward
@group(0) @binding(6) var<storage, read_write> dgamma: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> dbeta: array<vec4f>;

fn element_sums(second: u32, i: u32, eh: vec4f, e: vec4f) {
  dgamma[second * params.batch_offset_dgamma + i] = eh;
  dbeta[second * params.batch_offset_dbeta + i] = e;
}
fn unit_sums(second: u32, unit: u32, eh: f32, e: f32) {}
