// The windows along one axis that cover input index i: the first, and one past the last.
fn windows(i: i32, kernel: i32, stride: i32, pad: i32, out: i32) -> vec2i {
  let from_start = i + pad - kernel; // below 0 exactly if window 0 covers i or lies before it
  let first = select(from_start / stride + 1, 0, from_start < 0);
  return vec2i(first, min((i + pad) / stride + 1, out));
}
