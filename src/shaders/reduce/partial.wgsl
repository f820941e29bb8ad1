// First pass of a reduction: y[o, t] = sum (or max) of x over every `parts`-th reduced position from t on. A second run
// with parts = 1 over [out, parts] finishes it: fixed order, no atomics, no workgroup memory.
// Kept and reduced axes each are up to four, with sizes and input strides. Grid: one thread per (output o, part t).
// #import grid
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params {
  threads: u32, parts: u32, length: u32, scale: f32,
  k1: u32, k2: u32, k3: u32, ks0: u32, ks1: u32, ks2: u32, ks3: u32,
  r1: u32, r2: u32, r3: u32, rs0: u32, rs1: u32, rs2: u32, rs3: u32,
}
@group(0) @binding(2) var<uniform> params: Params;
override MAX: bool = false;
// True when the reduced positions are neighbors in memory: no index arithmetic in the loop.
override DENSE: bool = false;

fn kept(o: u32) -> u32 {
  var r = o;
  var at = (r % params.k3) * params.ks3; r /= params.k3;
  at += (r % params.k2) * params.ks2; r /= params.k2;
  at += (r % params.k1) * params.ks1; r /= params.k1;
  return at + r * params.ks0;
}
fn reduced(i: u32) -> u32 {
  if (DENSE) { return i; }
  var r = i;
  var at = (r % params.r3) * params.rs3; r /= params.r3;
  at += (r % params.r2) * params.rs2; r /= params.r2;
  at += (r % params.r1) * params.rs1; r /= params.r1;
  return at + r * params.rs0;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = workgroup_flat(group, groups) * WG + lane;
  if (thread >= params.threads) { return; }
  let base = kept(thread / params.parts);
  let part = thread % params.parts;
  var sum = x[base + reduced(part)];
  for (var i = part + params.parts; i < params.length; i += params.parts) {
    let v = x[base + reduced(i)];
    if (MAX) { sum = max(sum, v); } else { sum += v; }
  }
  y[thread] = sum * params.scale;
}
