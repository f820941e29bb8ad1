// The second passes of many split weight gradients at once: dw[to + i] = sum over splits of sums[from + split * count +
// i], in the order of conv2d/weightGradient/partialSum, so with its bits. table: [from, to, count, splits] for each
// gradient, then [gradient, first i] for each tile of 256 values; `tiles` is where the tiles start in it.
// Grid: one workgroup per tile. Limit: memory.
// #import grid
struct Params { tiles: u32, count: u32 }
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = workgroup_flat(group, groups);
  if (tile >= params.count) { return; }
  let entry = table[params.tiles + 2u * tile] * 4u;
  let first = table[params.tiles + 2u * tile + 1u];
  let count = table[entry + 2u];
  for (var i = first + lane; i < min(first + 256u, count); i += WG) {
    var at = table[entry] + i;
    var sum = 0.0;
    for (var split = 0u; split < table[entry + 3u]; split++) { sum += sums[at]; at += count; }
    dw[table[entry + 1u] + i] = sum;
  }
}
