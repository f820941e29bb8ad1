// v[k] = W_k^T u_k for every weight, unnormalized: one half of a power iteration.
// tiles: (weight, first column) for 256 columns each. Grid: one workgroup per tile, one invocation per 4 columns.
// #import spectral
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> table: array<Weight>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> u: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> v: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let c = tile.y + lane * 4u;
  if (c >= w.columns) { return; }
  var sum = vec4f(0.0);
  if (w.inner % 4u == 0u) {
    let step = w.row_stride / 4u;
    var at = weight_at(w, 0u, c) / 4u;
    for (var r = 0u; r < w.rows; r += 4u) {
      // Rows behind the last are another weight's or padding: their u, which is 0 there, must not meet an infinity.
      let f = u[(w.u_at + r) / 4u];
      sum += f.x * weights[at];
      if (r + 1u < w.rows) { sum += f.y * weights[at + step]; }
      if (r + 2u < w.rows) { sum += f.z * weights[at + 2u * step]; }
      if (r + 3u < w.rows) { sum += f.w * weights[at + 3u * step]; }
      at += 4u * step;
    }
  } else {
    for (var r = 0u; r < w.rows; r++) {
      let f = u[(w.u_at + r) / 4u][r % 4u];
      for (var j = 0u; j < 4u; j++) {
        if (c + j < w.columns) {
          let at = weight_at(w, r, c + j);
          sum[j] += f * weights[at / 4u][at % 4u];
        }
      }
    }
  }
  v[(w.v_at + c) / 4u] = sum;
}
