// A patch's tone: what is added to its colors (of [-1,1]) so that it meets its neighbors without a step. Ten bits a
// channel; 512 in each is none.
const TONE_STEPS: f32 = 1022.0;

fn packed_tone(tone: vec3f) -> u32 {
  let v = vec3u(clamp(round(tone * TONE_STEPS) + 512.0, vec3f(1.0), vec3f(1023.0)));
  return v.x | (v.y << 10u) | (v.z << 20u);
}
fn unpacked_tone(v: u32) -> vec3f {
  return (vec3f(f32(v & 1023u), f32((v >> 10u) & 1023u), f32((v >> 20u) & 1023u)) - 512.0) / TONE_STEPS;
}
