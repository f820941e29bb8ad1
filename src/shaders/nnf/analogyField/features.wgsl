// The features of all source pixels, one plane for each entry: features[k][p] = the value of neighbor k of pixel p,
// edges repeated.
//   stack f32: planes of both levels; table i32, 6 an entry: source offset, target offset, coarse (0, 1), dx, dy,
//   weight bits.
//   sizes: w x h at this level, cw x ch at the coarser one. Grid: one invocation per (entry, pixel).
// #import grid
@group(0) @binding(0) var<storage, read> stack: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<i32>;
@group(0) @binding(2) var<storage, read_write> features: array<f32>;
struct Params { w: i32, h: i32, cw: i32, ch: i32, threads: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let pixels = u32(params.w * params.h);
  let k = thread / pixels * 6u;
  let p = vec2i(i32(thread % pixels) % params.w, i32(thread % pixels) / params.w);
  let down = table[k + 2u] != 0;
  let size = select(vec2i(params.w, params.h), vec2i(params.cw, params.ch), down);
  let at = clamp(select(p, p / 2, down) + vec2i(table[k + 3u], table[k + 4u]), vec2i(0), size - 1);
  features[thread] = stack[table[k] + at.y * size.x + at.x];
}
