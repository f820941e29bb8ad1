// How weights lie in a flat vector, for spectral normalization. Row r (an output channel), column c of weight k is at
// offset + r * row_stride + (c / inner) * outer_stride + c % inner. For a convolution inner = columns; for a transposed
// one [Ci,Co,Kh,Kw], whose rows are axis 1, inner = Kh*Kw.
// u_at and v_at, where a weight's singular vectors start, are multiples of 4, as all of its strides are if `inner` is
// one.
struct Weight {
  offset: u32, rows: u32, columns: u32, inner: u32, row_stride: u32, outer_stride: u32, u_at: u32, v_at: u32,
}
fn weight_at(w: Weight, r: u32, c: u32) -> u32 {
  return w.offset + r * w.row_stride + (c / w.inner) * w.outer_stride + c % w.inner;
}
