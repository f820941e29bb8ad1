// Counter-based random numbers: the same mixer as src/engine/random.ts (Wellons' lowbias32), one number per (stream,
// i).
fn lowbias32(seed: u32) -> u32 {
  var x = seed;
  x = (x ^ (x >> 16u)) * 0x7feb352du;
  x = (x ^ (x >> 15u)) * 0x846ca68bu;
  return x ^ (x >> 16u);
}
fn uniform01(stream: u32, i: u32) -> f32 {
  return f32(lowbias32(stream + i * 0x9e3779b9u) >> 8u) / 16777216.0;
}
// The stream of one place in the program (`stream`, a number of its own) at one step: streamOf in src/engine/random.ts.
fn stream_of(seed: u32, step: u32, stream: u32) -> u32 {
  return lowbias32(lowbias32(seed ^ 0x9e3779b9u) + step * 0x85ebca6bu + stream);
}
// Four numbers of a stream, i to i + 3.
fn uniform01_four(stream: u32, i: u32) -> vec4f {
  return vec4f(uniform01(stream, i), uniform01(stream, i + 1u), uniform01(stream, i + 2u), uniform01(stream, i + 3u));
}
