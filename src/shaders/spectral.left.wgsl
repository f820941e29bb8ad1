// v[k] = W_k^T u_k for every weight, unnormalised: one half of a power iteration.
// tiles: (weight, first column) for 64 columns each. Grid: one workgroup per tile, one invocation per column.
// #import spectral
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<Weight>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> u: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let c = tile.y + lane;
  if (c >= w.columns) { return; }
  var at = weight_at(w, 0u, c);
  var sum = 0.0;
  for (var r = 0u; r < w.rows; r++) {
    sum += weights[at] * u[w.u_at + r];
    at += w.row_stride;
  }
  v[w.v_at + c] = sum;
}
