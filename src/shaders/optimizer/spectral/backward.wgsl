// g <- (g - <g, W> / sigma * u v^T) / sigma, in place: the gradient towards W from the gradient towards W / sigma, with
// u and v held fixed (Miyato et al. 2018, eq. 12). factors: see optimizer/spectral/total; v is stored unnormalized.
// lines: (weight, row). Grid: one workgroup per line, so that only a transposed weight's columns need a division.
// #import spectral
@group(0) @binding(0) var<storage, read> table: array<Weight>;
@group(0) @binding(1) var<storage, read> lines: array<vec2u>;
@group(0) @binding(2) var<storage, read> u: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read> factors: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> g: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let line = lines[group.y * groups.x + group.x];
  let w = table[line.x];
  let k = factors[line.x];
  let d = k.x * u[w.u_at + line.y];
  let base = w.offset + line.y * w.row_stride;
  if (w.inner == w.columns) {
    for (var c = lane; c < w.columns; c += 64u) { g[base + c] = (g[base + c] - d * v[w.v_at + c]) * k.y; }
    return;
  }
  for (var c = lane; c < w.columns; c += 64u) {
    let at = base + (c / w.inner) * w.outer_stride + c % w.inner;
    g[at] = (g[at] - d * v[w.v_at + c]) * k.y;
  }
}
