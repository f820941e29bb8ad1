// A map as patch/nearest/pixels reads it: planes [C][stride], pixels in raster order of the map with its border
// repeated `shift` pixels out (CLAMP), zeros up to the stride (a multiple of 8).
//   map [C,H,W] f32 -> planes [C][stride]. Grid: one thread per entry.
// #import grid
@group(0) @binding(0) var<storage, read> map: array<f32>;
@group(0) @binding(1) var<storage, read_write> planes: array<f32>;
struct Params { h: i32, w: i32, shift: i32, stride: u32, threads: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let c = i32(thread / params.stride);
  let i = i32(thread % params.stride);
  let across = params.w + 2 * params.shift;
  let y = i / across - params.shift;
  let x = i % across - params.shift;
  var value = 0.0;
  if (y < params.h + params.shift) {
    value = map[(c * params.h + clamp(y, 0, params.h - 1)) * params.w + clamp(x, 0, params.w - 1)];
  }
  planes[thread] = value;
}
