// A flat thread index over a two-dimensional grid of workgroups (one axis holds at most 65535).
const WG: u32 = 64u;
fn workgroup_flat(group: vec3u, groups: vec3u) -> u32 { return group.y * groups.x + group.x; }
