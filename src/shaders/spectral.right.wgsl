// s[k] = W_k v_k for every weight: the other half. tiles: (weight, first row) for 8 rows each; 8 invocations share a row,
// each every 8th column, and the partial sums are left for spectral.sigma: s[u_at * 8 + row * 8 + part].
// Grid: one workgroup per tile.
// #import spectral
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<Weight>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let r = tile.y + lane / 8u;
  if (r >= w.rows) { return; }
  var sum = 0.0;
  for (var c = lane % 8u; c < w.columns; c += 8u) { sum += weights[weight_at(w, r, c)] * v[w.v_at + c]; }
  s[(w.u_at + r) * 8u + lane % 8u] = sum;
}
