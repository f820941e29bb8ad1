// A thread works on one pixel of an [H, W] plane in four planes at once, so that what depends on the position is worked
// out once. Grid: x and z = pixels, y = groups of four planes (planeGroups in src/autograd/ops/reduce/planes.ts).
fn pixel_of(group: vec3u, groups: vec3u, lane: u32) -> u32 { return (group.z * groups.x + group.x) * 64u + lane; }
// Where the four planes from `first` on start. Planes past the end are the last one again: the thread then computes and
// stores that plane's value more than once, which saves a guard at every store.
fn four_planes(first: u32, planes: u32, size: u32) -> vec4u { return min(vec4u(first) + vec4u(0u, 1u, 2u, 3u),
  vec4u(planes - 1u)) * size; }
