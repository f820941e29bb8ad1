// g <- (g - <g, W> / sigma * u v^T) / sigma, in place: the gradient towards W from the gradient towards W / sigma, with
// u and v held fixed (Miyato et al. 2018, eq. 12). v is stored unnormalised; scale = (1 / sigma, 1 / |v|).
// tiles as in spectral.apply. Grid: one workgroup per tile.
// #import spectral
@group(0) @binding(0) var<storage, read> table: array<Weight>;
@group(0) @binding(1) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(2) var<storage, read> u: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read> scale: array<vec2f>;
@group(0) @binding(5) var<storage, read> dots: array<f32>;
@group(0) @binding(6) var<storage, read_write> g: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tiles[group.x];
  let w = table[tile.x];
  let k = scale[tile.x];
  let d = dots[tile.x] * k.x * k.y;
  let count = w.rows * w.columns;
  for (var j = 0u; j < 16u; j++) {
    let i = tile.y + j * 64u + lane;
    if (i < count) {
      let outer = i / w.outer_stride;
      let rest = i % w.outer_stride;
      let r = rest / w.row_stride;
      let c = outer * w.inner + rest % w.row_stride;
      g[w.offset + i] = (g[w.offset + i] - d * u[w.u_at + r] * v[w.v_at + c]) * k.x;
    }
  }
}
