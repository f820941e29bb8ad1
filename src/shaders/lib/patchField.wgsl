// What a guided patch distance is made of. Maps are packed: red, green, blue (0..255) in the low three bytes of a
// pixel, its class in the highest. A kernel that imports this declares the bindings and Params fields named here.
// distance = sum over the patch of |rgb difference|^2 (as of colors in [-1,1]) + near for each pixel of another class
//          + SIDE^2 |guide difference at the center|^2.
override SIDE: u32 = 5u;
override GUIDES: u32 = 1u;
const NEVER: f32 = 1e37;
var<private> own: array<vec4f, 81>;
var<private> own_guides: array<vec4f, 24>;

fn unpacked(v: u32) -> vec4f { return vec4f(f32(v & 255u), f32((v >> 8u) & 255u), f32((v >> 16u) & 255u),
  f32(v >> 24u)); }

/// Takes up the target patch whose corner is t.
fn take_patch(t: vec2u) {
  for (var i = 0u; i < SIDE; i++) {
    for (var j = 0u; j < SIDE; j++) { own[i * SIDE + j] = unpacked(targetMap[(t.y + i) * params.wt + t.x + j]); }
  }
  let center = (t.y + SIDE / 2u) * params.wt + t.x + SIDE / 2u;
  for (var k = 0u; k < GUIDES; k++) { own_guides[k] = targetGuides[center * GUIDES + k]; }
}

/// From the patch taken up to the source patch with corner s; anything of at least `limit` where it comes to that.
fn distance_to(s: vec2u, limit: f32) -> f32 {
  let center = (s.y + SIDE / 2u) * params.ws + s.x + SIDE / 2u;
  var guide = 0.0;
  for (var k = 0u; k < GUIDES; k++) {
    let d = own_guides[k] - sourceGuides[center * GUIDES + k];
    guide += dot(d, d);
  }
  var sum = guide * f32(SIDE * SIDE);
  for (var i = 0u; i < SIDE; i++) {
    if (sum >= limit) { return NEVER; }
    let at = (s.y + i) * params.ws + s.x;
    var colors = vec3f(0.0);
    var classes = 0.0;
    for (var j = 0u; j < SIDE; j++) {
      let d = own[i * SIDE + j] - unpacked(sourceMap[at + j]);
      colors += d.xyz * d.xyz;
      classes += select(0.0, 1.0, d.w != 0.0);
    }
    sum += params.color * (colors.x + colors.y + colors.z) + params.near * classes;
  }
  return sum;
}
