// Partial sums of <g, W> for the gradient of W / sigma: tiles as in optimizer/spectral/apply, one sum per invocation.
// Grid: one workgroup per tile. partial[tile * 64 + lane].
// #import spectral
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read> table: array<Weight>;
@group(0) @binding(3) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let count = w.rows * w.columns;
  var sum = 0.0;
  for (var j = 0u; j < 16u; j++) {
    let i = tile.y / 4u + j * 64u + lane;
    if (i * 4u < count) {
      // Lanes behind the weight's last element hold whatever the last kernel left there, infinities and NaN too.
      let inside = vec4u(i * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(count);
      sum += dot(select(vec4f(0.0), weights[w.offset / 4u + i], inside),
        select(vec4f(0.0), g[w.offset / 4u + i], inside));
    }
  }
  partial[group.x * 64u + lane] = sum;
}
