// Sums of f(a - b) over a share of the values each: y[group] = scale * sum. KIND 0: f(v) = v, 1: |v|, 2: v^2. b: a
// tensor with PAIR, else the number `value`. The last vec4 may be partly padding. Grid: `groups` workgroups of 64.
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>; // any buffer without PAIR
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { n: u32, groups: u32, value: f32, scale: f32 }
@group(0) @binding(3) var<uniform> params: Params;
override KIND: u32 = 1u;
override PAIR: bool = false;

var<workgroup> parts: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var s = vec4f(0.0);
  for (var i = group.x * 64u + lane; i * 4u < params.n; i += params.groups * 64u) {
    var v = a[i];
    if (PAIR) { v -= b[i]; } else { v -= params.value; }
    if (KIND == 1u) { v = abs(v); }
    if (KIND == 2u) { v *= v; }
    s += select(vec4f(0.0), v, vec4u(i * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.n));
  }
  parts[lane] = (s.x + s.y) + (s.z + s.w);
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < 64u; i++) { sum += parts[i]; }
    y[group.x] = sum * params.scale;
  }
}
