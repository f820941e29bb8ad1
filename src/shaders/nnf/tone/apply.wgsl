// A field with its patches' tones: x = source patch, y = tone (lib/tone).
//   field vec2u [patches], tones vec4f [patches] -> toned vec2u [patches].
// Grid: one invocation per patch.
// #import grid
// #import tone
@group(0) @binding(0) var<storage, read> field: array<vec2u>;
@group(0) @binding(1) var<storage, read> tones: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> toned: array<vec2u>;
struct Params { threads: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread < params.threads) { toned[thread] = vec2u(field[thread].x, packed_tone(tones[thread].xyz)); }
}
