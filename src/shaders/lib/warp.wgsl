// The map of a warp: where output pixel (x, y) reads its input, in pixels with centers at whole numbers.
//   q = affine(x, y); position = q + d(q / unit), d(u) = a0 + a1 u.x + a2 u.y + sum_i w_i U(|u - c_i|), U(r) = r^2 log
//   r
// The kernel declares `warpMap`, rows of 4 + points vec4 (layout: src/autograd/ops/spatial/tps.ts).
// outside the input: the nearest edge pixel, or else the input mirrored at its edge pixels
override CLAMP: bool = false;

fn warp_position(row: u32, points: u32, x: f32, y: f32) -> vec2f {
  let m = row * (4u + points);
  let ax = warpMap[m];
  let ay = warpMap[m + 1u];
  let p = vec3f(x, y, 1.0);
  let q = vec2f(dot(ax.xyz, p), dot(ay.xyz, p));
  let u = q * ax.w; // ax.w = 1 / unit
  let plane = vec3f(1.0, u.x, u.y);
  var d = vec2f(dot(warpMap[m + 2u].xyz, plane), dot(warpMap[m + 3u].xyz, plane));
  for (var i = 0u; i < points; i++) {
    let c = warpMap[m + 4u + i]; // position, weights
    let away = u - c.xy;
    let r2 = dot(away, away);
    if (r2 > 0.0) { d += c.zw * (0.5 * r2 * log(r2)); }
  }
  return q + d;
}

// A position brought inside [0, last].
fn warp_inside(t: f32, last: f32) -> f32 {
  if (CLAMP || last == 0.0) { return clamp(t, 0.0, last); }
  let period = 2.0 * last;
  let s = t - floor(t / period) * period;
  return clamp(last - abs(s - last), 0.0, last);
}
