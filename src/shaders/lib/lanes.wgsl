// `LANES` neighboring invocations share one sum: 1 where invocations are walked one after the other (software
// adapters), a whole workgroup on GPUs.
override WG: u32 = 8u;
override LANES: u32 = 1u;
var<workgroup> parts: array<f32, WG>;

// The sum of v's four components over the lanes that share it, the same for each; lane: in the workgroup, part: among
// those that share.
fn over_lanes(v: vec4f, lane: u32, part: u32) -> f32 {
  var sum = (v.x + v.y) + (v.z + v.w);
  if (LANES > 1u) {
    parts[lane] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = lane - part; i < lane - part + LANES; i++) { sum += parts[i]; }
  }
  return sum;
}
