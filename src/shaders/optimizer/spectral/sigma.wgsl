// Ends a power iteration: with t = W^T u (unnormalized v) and s = W t, sigma = |s| / |t|, v = t / |t|, u = s / |s|.
// Writes 1 / sigma, the unit u (only kept when the state is to move) and 1 / |t| for later. Grid: one workgroup per
// weight.
// #import spectral
@group(0) @binding(0) var<storage, read> table: array<Weight>;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read> s: array<f32>;
@group(0) @binding(3) var<storage, read_write> u: array<f32>;
// (1 / sigma, 1 / |t|) per weight.
@group(0) @binding(4) var<storage, read_write> scale: array<vec2f>;

var<workgroup> parts: array<vec2f, 64>;

fn row(w: Weight, r: u32) -> f32 {
  let at = (w.u_at + r) * 8u;
  return ((s[at] + s[at + 1u]) + (s[at + 2u] + s[at + 3u])) + ((s[at + 4u] + s[at + 5u]) + (s[at + 6u] + s[at + 7u]));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let w = table[group.x];
  var sums = vec2f(0.0);
  for (var c = lane; c < w.columns; c += 64u) { sums.x += v[w.v_at + c] * v[w.v_at + c]; }
  for (var r = lane; r < w.rows; r += 64u) { let x = row(w, r); sums.y += x * x; }
  parts[lane] = sums;
  workgroupBarrier();
  var total = vec2f(0.0);
  for (var i = 0u; i < 64u; i++) { total += parts[i]; }
  let t = max(sqrt(total.x), 1e-12);
  let n = max(sqrt(total.y), 1e-12);
  for (var r = lane; r < w.rows; r += 64u) { u[w.u_at + r] = row(w, r) / n; }
  if (lane == 0u) { scale[group.x] = vec2f(t / n, 1.0 / t); }
}
