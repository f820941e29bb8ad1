// y = W / sigma for every weight. tiles: (weight, first element) for 4096 elements each; weights fill whole tiles'
// memory from their offset on. Grid: one workgroup per tile, 64 elements per invocation.
// #import spectral
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> table: array<Weight>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> scale: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let end = (w.rows * w.columns + 3u) / 4u;
  let f = scale[tile.x].x;
  for (var j = 0u; j < 16u; j++) {
    let i = tile.y / 4u + j * 64u + lane;
    if (i < end) { y[w.offset / 4u + i] = weights[w.offset / 4u + i] * f; }
  }
}
