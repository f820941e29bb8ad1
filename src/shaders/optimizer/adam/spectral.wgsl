// optimizer/adam/update where some parameters are weights W seen as W / sigma: g holds the gradients towards W / sigma,
// and the update takes (g - <g, W> / sigma * u v^T) / sigma (see optimizer/spectral/backward) without writing it. One
// pass over all memory. tables: two vec4u per weight (struct Weight), from `tiles` on (weight or NONE, first element in
// the weight, first vec4, vec4s). moments: first, then second, each of n4 vec4. Grid: one workgroup per tile of at most
// 1024 vec4.
// #import spectral
@group(0) @binding(0) var<storage, read> g: array<vec4f>;
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read> tables: array<vec4u>;
@group(0) @binding(3) var<storage, read> u: array<f32>;
@group(0) @binding(4) var<storage, read> v: array<vec4f>;
@group(0) @binding(5) var<storage, read> factors: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> moments: array<vec4f>;
struct Params { n4: u32, tiles: u32 }
@group(0) @binding(8) var<uniform> params: Params;
const NONE = 0xffffffffu;

// x / by for x below 2^20: divisions of whole numbers are slow where a processor computes.
fn ratio(x: u32, by: u32) -> u32 { return u32((f32(x) + 0.5) / f32(by)); }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = tables[params.tiles + group.y * groups.x + group.x];
  let normed = tile.x != NONE;
  let at = 2u * select(0u, tile.x, normed);
  let one = tables[at];
  let two = tables[at + 1u];
  let w = Weight(one.x, one.y, one.z, one.w, two.x, two.y, two.z, two.w);
  let factor = factors[select(0u, tile.x, normed)];
  // Elements lie in blocks of row_stride: block number = (column / inner) * rows + row.
  let block0 = tile.y / w.row_stride;
  let column0 = tile.y % w.row_stride;
  let outer0 = block0 / w.rows;
  let row0 = block0 % w.rows;
  for (var j = lane; j < tile.w; j += 64u) {
    let i = tile.z + j;
    var grad = g[i];
    if (normed) {
      var uv = vec4f(0.0);
      if (w.row_stride % 4u == 0u) {
        let x = column0 + 4u * j;
        let block = ratio(x, w.row_stride);
        let outer = ratio(row0 + block, w.rows);
        uv = u[w.u_at + row0 + block - outer * w.rows] *
          v[(w.v_at + (outer0 + outer) * w.inner + x - block * w.row_stride) / 4u];
      } else {
        for (var l = 0u; l < 4u; l++) {
          let x = column0 + 4u * j + l;
          let block = ratio(x, w.row_stride);
          let outer = ratio(row0 + block, w.rows);
          let c = w.v_at + (outer0 + outer) * w.inner + x - block * w.row_stride;
          uv[l] = u[w.u_at + row0 + block - outer * w.rows] * v[c / 4u][c % 4u];
        }
      }
      grad = (grad - factor.x * uv) * factor.y;
    }
    let first = hyper[1] * moments[i] + hyper[6] * grad;
    let second = hyper[2] * moments[params.n4 + i] + hyper[7] * grad * grad;
    moments[i] = first;
    moments[params.n4 + i] = second;
    p[i] -= hyper[0] * (first * hyper[4]) / (sqrt(second * hyper[5]) + hyper[3]);
  }
}
