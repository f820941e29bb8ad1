// y[n, k, p] = 1 where labels[n, p] = k, else 0. labels [N, P], y [N, K, P].
// Grid: x = pixels, y = n, z = pixels beyond x.
// #import planes
@group(0) @binding(0) var<storage, read> labels: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { k: u32, size: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  if (pixel >= params.size) { return; }
  let label = labels[group.y * params.size + pixel];
  let base = group.y * params.k * params.size + pixel;
  for (var k = 0u; k < params.k; k++) { y[base + k * params.size] = select(0.0, 1.0, k == label); }
}
