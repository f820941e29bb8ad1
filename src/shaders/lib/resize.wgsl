// Where output index o of an axis of `out` reads an axis of `size`: PyTorch's interpolate, exact. Bilinear positions
// are ratios of whole numbers and stay so until the last division; sizes up to 32767.
override MODE: u32 = 1u; // 0 nearest, 1 bilinear over pixel areas, 2 bilinear with the corner pixels' centers aligned

struct Tap { low: i32, high: i32, weight: f32 } // x[low] * (1 - weight) + x[high] * weight

fn tap(o: i32, size: i32, out: i32, scale: f32) -> Tap {
  // scale = size / out in f32, as PyTorch computes it: one multiplication, rounded the same everywhere
  if (MODE == 0u) {
    let i = min(i32(floor(f32(o) * scale)), size - 1);
    return Tap(i, i, 0.0);
  }
  var above = o * (size - 1);
  var below = max(out - 1, 1);
  if (MODE == 1u) {
    above = max((2 * o + 1) * size - out, 0);
    below = 2 * out;
  }
  let low = above / below;
  return Tap(low, min(low + 1, size - 1), f32(above - low * below) / f32(below));
}

// First and last output index that may read input index i.
fn span(i: i32, size: i32, out: i32) -> vec2i {
  var ends = vec2i(0, out - 1);
  if (MODE == 0u) { ends = vec2i(i * out / size - 1, (i + 1) * out / size + 1); }
  if (MODE == 1u) { ends = vec2i((2 * i - 1) * out / (2 * size), (2 * i + 3) * out / (2 * size)); }
  if (MODE == 2u && size > 1) { ends = vec2i((i - 1) * (out - 1) / (size - 1), (i + 1) * (out - 1) / (size - 1) + 1); }
  return clamp(ends, vec2i(0), vec2i(out - 1));
}

fn weight_at(t: Tap, i: i32) -> f32 { return select(0.0, 1.0 - t.weight, t.low == i) +
  select(0.0, t.weight, t.high == i); }
