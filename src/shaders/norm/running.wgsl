// Batch normalization's running statistics: running = (1 - momentum) * running + momentum * batch, for mean and
// variance; the variance enters unbiased, as PyTorch does it. stats (mean, rstd) [C] come from norm/forward with N = 1.
// running: mean [C], then variance [C]. Grid: one invocation per channel.
@group(0) @binding(0) var<storage, read> stats: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> running: array<f32>;
struct Params { c: u32, momentum: f32, eps: f32, correction: f32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.c) { return; }
  let s = stats[c];
  let variance = (1.0 / (s.y * s.y) - params.eps) * params.correction;
  running[c] = mix(running[c], s.x, params.momentum);
  running[c + params.c] = mix(running[c + params.c], variance, params.momentum);
}
