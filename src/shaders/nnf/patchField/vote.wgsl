// A picture from matched patches: each pixel the mean of what the patches covering it say, weighted by
// exp(-(i*i + j*j) / (2 sigma^2)) at offset (i, j) from the patch's center.
//   sourceMap, sourceRest packed [Hs,Ws] (lib/sourcePixels), labels u32 [Ht,Wt],
//   field as in nnf/patchField/improve -> output packed [Ht,Wt] with
//   these labels. Where a label has bit 8, the pixel is known and comes from `known` packed [Ht,Wt]. trust > 0: what a
//   patch says counts exp(-trust distance), too, and a pixel of another class than the label counts `stray`. toned = 1:
//   the field's second numbers are tones (lib/tone), which are added; trust is then 0.
// Grid: one invocation per pixel.
// #import grid
// #import sourcePixels
// #import tone
override SIDE: i32 = 5;
@group(0) @binding(0) var<storage, read> sourceMap: array<u32>;
@group(0) @binding(1) var<storage, read> sourceRest: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> field: array<vec2u>;
@group(0) @binding(4) var<storage, read> known: array<u32>;
@group(0) @binding(5) var<storage, read_write> output: array<u32>;
struct Params { ht: i32, wt: i32, ws: i32, decay: f32, trust: f32, stray: f32, toned: u32,
  threads: u32 }
@group(0) @binding(6) var<uniform> params: Params;

/// How much less a patch counts for its distance. Without trust, the number may be no distance at all.
fn distrust(distance: u32) -> f32 {
  if (params.trust > 0.0) { return min(params.trust * bitcast<f32>(distance), 40.0); }
  return 0.0;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  if ((labels[thread] & 256u) > 0u) {
    output[thread] = known[thread];
    return;
  }
  let size = vec2i(params.wt, params.ht) - SIDE + 1;
  let s_across = params.ws - SIDE + 1;
  let pixel = vec2i(i32(thread) % params.wt, i32(thread) / params.wt);
  let low = max(pixel - SIDE + 1, vec2i(0));
  let high = min(pixel, size - 1);
  var sum = vec3f(0.0);
  var total = 0.0;
  for (var y = low.y; y <= high.y; y++) {
    for (var x = low.x; x <= high.x; x++) {
      let entry = field[y * size.x + x];
      let index = i32(entry.x);
      let inside = pixel - vec2i(x, y);
      let off = vec2f(inside - SIDE / 2);
      let v = source_pixel(u32((index / s_across + inside.y) * params.ws + index % s_across + inside.x));
      let w = select(params.stray, 1.0, v >> 24u == (labels[thread] & 255u)) *
        exp(params.decay * dot(off, off) - distrust(entry.y));
      var color = vec3f(f32(v & 255u), f32((v >> 8u) & 255u), f32((v >> 16u) & 255u));
      if (params.toned > 0u) { color += unpacked_tone(entry.y) * 127.5; }
      sum += w * color;
      total += w;
    }
  }
  let rgb = vec3u(clamp(sum / total + 0.5, vec3f(0.0), vec3f(255.0)));
  output[thread] = rgb.x | (rgb.y << 8u) | (rgb.z << 16u) | (labels[thread] << 24u);
}
