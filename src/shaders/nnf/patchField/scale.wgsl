// What overuse costs: scale = 1 + weight * max(0, use / expected - 1), use being the mean count over the patches up to
// `radius` away (a copied block repeats as a block) and expected the class's target patches per source patch.
// counts u32 [down * across], labels u32 the same, expected f32 [256] by class. Grid: one invocation per source patch.
// #import grid
@group(0) @binding(0) var<storage, read> counts: array<u32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> expected: array<f32>;
@group(0) @binding(3) var<storage, read_write> scale: array<f32>;
struct Params { across: i32, down: i32, radius: i32, weight: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= u32(params.across * params.down)) { return; }
  let x = i32(thread) % params.across;
  let y = i32(thread) / params.across;
  var sum = 0u;
  var cells = 0u;
  for (var v = max(0, y - params.radius); v <= min(params.down - 1, y + params.radius); v++) {
    for (var u = max(0, x - params.radius); u <= min(params.across - 1, x + params.radius); u++) {
      sum += counts[v * params.across + u];
      cells++;
    }
  }
  let use_ratio = f32(sum) / f32(cells) / max(expected[labels[thread]], 1e-3);
  scale[thread] = 1.0 + params.weight * max(0.0, use_ratio - 1.0);
}
