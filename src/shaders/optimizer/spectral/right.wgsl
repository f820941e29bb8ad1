// s[k] = W_k v_k for every weight: the second half of a power iteration. tiles: (weight, first row) for 32 rows each; 8
// invocations share 4 rows, each every 8th vec4 of columns, and the partial sums are left for optimizer/spectral/sigma:
// s[(u_at + row) * 8 + part].
// Grid: one workgroup per tile.
// #import spectral
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> table: array<Weight>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> v: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let r = tile.y + lane / 8u * 4u;
  let part = lane % 8u;
  if (r >= w.rows) { return; }
  let last = w.rows - 1u - r; // rows behind the last repeat it, and are not written
  var sum = vec4f(0.0);
  if (w.inner % 4u == 0u) {
    let step = w.row_stride / 4u;
    let by = vec3u(min(1u, last), min(2u, last), min(3u, last)) * step;
    for (var c = part * 4u; c < w.columns; c += 32u) {
      let at = weight_at(w, r, c) / 4u;
      let f = v[(w.v_at + c) / 4u];
      sum += vec4f(dot(weights[at], f), dot(weights[at + by.x], f), dot(weights[at + by.y], f),
        dot(weights[at + by.z], f));
    }
  } else {
    for (var c = part; c < w.columns; c += 8u) {
      let f = v[(w.v_at + c) / 4u][c % 4u];
      for (var j = 0u; j < 4u; j++) {
        let at = weight_at(w, r + min(j, last), c);
        sum[j] += weights[at / 4u][at % 4u] * f;
      }
    }
  }
  let to = (w.u_at + r) * 8u + part;
  s[to] = sum.x;
  if (last > 0u) { s[to + 8u] = sum.y; }
  if (last > 1u) { s[to + 16u] = sum.z; }
  if (last > 2u) { s[to + 24u] = sum.w; }
}
