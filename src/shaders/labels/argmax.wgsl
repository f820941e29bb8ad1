// y[n, p] = the channel k with the largest x[n, k, p]; the lowest k where several are equal. x [N, K, P], y [N, P].
// Grid: x = pixels, y = n, z = pixels beyond x.
// #import planes
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
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
  let base = group.y * params.k * params.size + pixel;
  var best = x[base];
  var arg = 0u;
  for (var k = 1u; k < params.k; k++) {
    let v = x[base + k * params.size];
    if (v > best) { best = v; arg = k; }
  }
  y[group.y * params.size + pixel] = arg;
}
