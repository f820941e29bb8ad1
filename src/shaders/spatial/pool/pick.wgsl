// The transpose of spatial/pool/spread: y[p, o] = x[p, indices[p, o]]. x [P, size], indices, y [P, out].
// Grid: x and z = positions of one plane, y = four planes.
// #import planes
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { planes: u32, size: u32, out: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pixel = pixel_of(group, groups, lane);
  if (pixel >= params.out) { return; }
  let planes = four_planes(group.y * 4u, params.planes, params.size);
  let at = four_planes(group.y * 4u, params.planes, params.out) + pixel;
  y[at.x] = x[planes.x + indices[at.x]];
  y[at.y] = x[planes.y + indices[at.y]];
  y[at.z] = x[planes.z + indices[at.z]];
  y[at.w] = x[planes.w + indices[at.w]];
}
