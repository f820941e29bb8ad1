// A map voted by a field: every target pixel is the mean of what the patches that cover it copy there,
//   y[p] = mean over offsets o of source[field[p - o] + o], offsets within SIDE x SIDE, those that leave either map
//   left out.
// source, y: [H,W,quads] of vec4. Grid: one invocation per target pixel and quad.
// #import grid
override SIDE: i32 = 1;
@group(0) @binding(0) var<storage, read> source_map: array<vec4f>;
@group(0) @binding(1) var<storage, read> field: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
struct Params { ht: i32, wt: i32, hs: i32, ws: i32, quads: u32, threads: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let pixel = i32(thread / params.quads);
  let t = vec2i(pixel % params.wt, pixel / params.wt);
  var sum = vec4f(0.0);
  var count = 0.0;
  for (var dy = -SIDE / 2; dy <= SIDE / 2; dy++) {
    for (var dx = -SIDE / 2; dx <= SIDE / 2; dx++) {
      let o = vec2i(dx, dy);
      let p = t - o;
      if (any(p < vec2i(0)) || any(p >= vec2i(params.wt, params.ht))) { continue; }
      let m = i32(field[p.y * params.wt + p.x].x);
      let q = vec2i(m % params.ws, m / params.ws) + o;
      if (any(q < vec2i(0)) || any(q >= vec2i(params.ws, params.hs))) { continue; }
      sum += source_map[u32(q.y * params.ws + q.x) * params.quads + thread % params.quads];
      count += 1.0;
    }
  }
  y[thread] = sum / count; // offset 0 is always there
}
