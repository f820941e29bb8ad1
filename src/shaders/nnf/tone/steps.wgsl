// Where neighboring patches of a field do not say the same, and by how much: for each patch and its right (across) and
// lower neighbor (down), the mean difference of what both say on the pixels that they share, and a weight.
//   sourceMap packed [hs,ws], labels u32 [ht,wt] of the target, field vec2u [targets]: x = source patch.
//   across, down vec4f [targets]: rgb = mean of (this patch - neighbor), of colors in [-1,1]; a = weight, 1 where both
//   agree, less the more the difference varies, 0 from a standard deviation of `spread` on (textures) and from a mean
//   of `largest` on (things); `other` times that where their centers are of two classes; 0 beyond the last column and
//   row.
// Grid: one invocation per target patch.
// #import grid
override SIDE: u32 = 5u;
@group(0) @binding(0) var<storage, read> sourceMap: array<u32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> field: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> across: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> down: array<vec4f>;
struct Params { ht: u32, wt: u32, ws: u32, spread: f32, largest: f32, other: f32, threads: u32 }
@group(0) @binding(5) var<uniform> params: Params;

fn color_at(i: u32) -> vec3f {
  let v = sourceMap[i];
  return vec3f(f32(v & 255u), f32((v >> 8u) & 255u), f32((v >> 16u) & 255u)) * (2.0 / 255.0);
}

fn label_at(t: vec2u) -> u32 { return labels[(t.y + SIDE / 2u) * params.wt + t.x + SIDE / 2u] & 255u; }

fn step_between(t: vec2u, d: vec2u) -> vec4f {
  let columns = params.wt - SIDE + 1u;
  let rows = params.ht - SIDE + 1u;
  let q = t + d;
  if (q.x >= columns || q.y >= rows) { return vec4f(0.0); }
  var weight = 1.0;
  if (label_at(t) != label_at(q)) { weight = params.other; }
  let own = params.ws - SIDE + 1u;
  let a = field[t.y * columns + t.x].x;
  let b = field[q.y * columns + q.x].x;
  let from_a = vec2u(a % own, a / own) + d;
  let from_b = vec2u(b % own, b / own);
  if (all(from_a == from_b)) { return vec4f(0.0, 0.0, 0.0, weight); }
  var sum = vec3f(0.0);
  var squares = 0.0;
  for (var i = 0u; i < SIDE - d.y; i++) {
    for (var j = 0u; j < SIDE - d.x; j++) {
      let v = color_at((from_a.y + i) * params.ws + from_a.x + j) - color_at((from_b.y + i) * params.ws + from_b.x + j);
      sum += v;
      squares += dot(v, v);
    }
  }
  let n = f32((SIDE - d.y) * (SIDE - d.x));
  let mean = sum / n;
  let variance = max(0.0, squares / n - dot(mean, mean));
  // Tukey's biweight: however weak, a weight holds an edge, so what is no step of tone must count nothing at all.
  let even = max(0.0, 1.0 - variance / (params.spread * params.spread));
  let small = max(0.0, 1.0 - dot(mean, mean) / (params.largest * params.largest));
  return vec4f(mean, weight * even * even * small * small);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let columns = params.wt - SIDE + 1u;
  let t = vec2u(thread % columns, thread / columns);
  across[thread] = step_between(t, vec2u(1u, 0u));
  down[thread] = step_between(t, vec2u(0u, 1u));
}
