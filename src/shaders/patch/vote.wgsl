// An image from matched patches: each pixel is the weighted mean of what the patches covering it say, as a gather.
//   sourceMap [C,Hs,Ws] f32, indices u32 [targets] (patchNearest, k = 1) -> output [C,Ht,Wt].
//   weight = exp(-(i*i + j*j) / (2 sigma^2)) at offset (i, j) from the patch center; sigma <= 0: all equal.
//   Indices and CLAMP as in patch/nearest/generic. sourceMap may be any map of the source's size, e.g. coordinates.
//   radius <= (p-1)/2 limits the vote to the patch's middle
//   (0: the center alone) where another patch center is within reach; at a border the whole patch votes.
// Grid: x, y flat over pixels, one thread per pixel and up to four channels: group z = block of four channels.
// #import grid
override CLAMP: bool = false;

@group(0) @binding(0) var<storage, read> sourceMap: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
struct Params { c: i32, ht: i32, wt: i32, hs: i32, ws: i32, side: i32, radius: i32, sigma: f32, threads: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let p = params.side;
  let r = (p - 1) / 2;
  let x = i32(thread) % params.wt;
  let y = i32(thread) / params.wt;
  let inset = select(p - 1, 0, CLAMP);
  let offset = select(r, 0, CLAMP);
  let last = vec2i(params.wt, params.ht) - inset - 1;
  let s_across = params.ws - inset;
  // The nearest patch center, in patch coordinates, is the pixel itself or lies on the border of the patch grid.
  let near = clamp(vec2i(x, y) - offset, vec2i(0), last);
  let low = max(near - params.radius, vec2i(0));
  let high = min(near + params.radius, last);
  let decay = select(0.0, -0.5 / (params.sigma * params.sigma), params.sigma > 0.0);
  let c0 = i32(group.z) * 4;
  let c1 = min(c0 + 4, params.c);
  var sum = vec4f(0.0);
  var total = 0.0;
  for (var cy = low.y; cy <= high.y; cy++) {
    for (var cx = low.x; cx <= high.x; cx++) {
      let i = y - offset - cy;
      let j = x - offset - cx;
      if (abs(i) > r || abs(j) > r) { continue; }
      let index = i32(indices[cy * (last.x + 1) + cx]);
      let u = clamp(index / s_across + offset + i, 0, params.hs - 1);
      let v = clamp(index % s_across + offset + j, 0, params.ws - 1);
      let w = exp(decay * f32(i * i + j * j));
      total += w;
      let at = (c0 * params.hs + u) * params.ws + v;
      let step = params.hs * params.ws;
      var value = vec4f(sourceMap[at], 0.0, 0.0, 0.0);
      if (c0 + 1 < c1) { value.y = sourceMap[at + step]; }
      if (c0 + 2 < c1) { value.z = sourceMap[at + 2 * step]; }
      if (c0 + 3 < c1) { value.w = sourceMap[at + 3 * step]; }
      sum += w * value;
    }
  }
  sum /= total;
  let at = (c0 * params.ht + y) * params.wt + x;
  let step = params.ht * params.wt;
  output[at] = sum.x;
  if (c0 + 1 < c1) { output[at + step] = sum.y; }
  if (c0 + 2 < c1) { output[at + 2 * step] = sum.z; }
  if (c0 + 3 < c1) { output[at + 3 * step] = sum.w; }
}
