// The best of all source patches of a target patch's class: for coarse levels, and (color = 0) for a first match by
// classes and guides alone. Bindings, distances and `field` as in nnf/patchField/improve; noise adds up to that much to
// each distance at random, so that equal candidates are used alike. Ties go to the lower index of a class.
// Grid: one invocation per target patch.
// #import grid
// #import random
// #import patchField
@group(0) @binding(0) var<storage, read> targetMap: array<u32>;
@group(0) @binding(1) var<storage, read> sourceMap: array<u32>;
@group(0) @binding(2) var<storage, read> targetGuides: array<vec4f>;
@group(0) @binding(3) var<storage, read> sourceGuides: array<vec4f>;
@group(0) @binding(4) var<storage, read> members: array<u32>;
@group(0) @binding(5) var<storage, read> scale: array<f32>;
@group(0) @binding(6) var<storage, read_write> field: array<vec2u>;
struct Params { ht: u32, wt: u32, hs: u32, ws: u32, noise: f32, color: f32, near: f32, scaled: u32, threads: u32 }
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let across = params.wt - SIDE + 1u;
  let s_across = params.ws - SIDE + 1u;
  take_patch(vec2u(thread % across, thread / across));
  let label = u32(own[(SIDE * SIDE) / 2u].w);
  var first = members[1u + label];
  var count = members[2u + label] - first;
  if (count == 0u) {
    first = 0u;
    count = members[257];
  }
  let seed = lowbias32(members[0] ^ lowbias32(thread));
  var best = 0u;
  var least = NEVER;
  for (var n = 0u; n < count; n++) {
    let candidate = members[258u + first + n];
    var factor = 1.0;
    if (params.scaled > 0u) { factor = scale[candidate]; }
    let s = vec2u(candidate % s_across, candidate / s_across);
    var d = 0.0;
    if (params.noise > 0.0) { d = params.noise * uniform01(seed, candidate); }
    d += distance_to(s, (least - d) / factor) * factor;
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  field[thread] = vec2u(best, bitcast<u32>(least));
}
