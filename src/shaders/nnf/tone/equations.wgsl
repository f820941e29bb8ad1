// The least-squares problem of the tones b as a linear system on the grid of patches:
//   sum over neighbors of w (b(q) - b(p) - step)^2 + sum of screen (b(p) - wanted(p))^2.
//   across, down vec4f [h,w] as in nnf/tone/steps; wanted vec4f [h,w] (any buffer where `pulled` is 0: then 0).
//   weights vec4f [h,w]: x, y = weight of the right and the lower neighbor, z = screen; sums vec4f [h,w]: right side.
// Grid: one invocation per patch.
// #import grid
@group(0) @binding(0) var<storage, read> across: array<vec4f>;
@group(0) @binding(1) var<storage, read> down: array<vec4f>;
@group(0) @binding(2) var<storage, read> wanted: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
struct Params { h: u32, w: u32, screen: f32, pulled: u32, threads: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let x = thread % params.w;
  let right = across[thread];
  let below = down[thread];
  // A step of this patch is what the neighbor lacks.
  var sum = -right.xyz * right.w - below.xyz * below.w;
  if (x > 0u) {
    let left = across[thread - 1u];
    sum += left.xyz * left.w;
  }
  if (thread >= params.w) {
    let above = down[thread - params.w];
    sum += above.xyz * above.w;
  }
  if (params.pulled > 0u) { sum += params.screen * wanted[thread].xyz; }
  weights[thread] = vec4f(right.w, below.w, params.screen, 0.0);
  sums[thread] = vec4f(sum, 0.0);
}
