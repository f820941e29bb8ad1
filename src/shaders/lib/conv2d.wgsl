// Where a convolution reads when it asks for row (or column) i of an axis of n: reflect padding mirrors the index at
// the borders without repeating them; zero padding leaves it, and `inside` tells whether there is anything to read.
fn reflected(i: i32, n: i32, reflect: u32) -> i32 {
  return select(i, n - 1 - abs(n - 1 - abs(i)), reflect != 0u);
}
fn inside(i: i32, n: i32) -> bool { return u32(i) < u32(n); }
// The same for four at a time.
fn reflected4(i: vec4i, n: i32, reflect: u32) -> vec4i {
  return select(i, n - 1 - abs(n - 1 - abs(i)), vec4<bool>(reflect != 0u));
}
fn inside4(i: vec4i, n: i32) -> vec4<bool> { return (i >= vec4i()) & (i < vec4i(n)); }
