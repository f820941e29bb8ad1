/** CIE L*a*b* of sRGB: distances in it are roughly as large as they look. */

/** sRGB byte -> linear light, 0..1 (IEC 61966-2-1). */
const linear = Float32Array.from({ length: 256 }, (_, v) =>
  v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
);

const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);

/** One color (bytes) -> [L 0..100, a, b], white point D65 (CIE 15). */
export function labOf(r: number, g: number, b: number): [number, number, number] {
  const [lr, lg, lb] = [linear[r], linear[g], linear[b]];
  const x = f((0.4124564 * lr + 0.3575761 * lg + 0.1804375 * lb) / 0.95047);
  const y = f(0.2126729 * lr + 0.7151522 * lg + 0.072175 * lb);
  const z = f((0.0193339 * lr + 0.119192 * lg + 0.9503041 * lb) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** RGBA bytes -> [h,w,3] L, a, b. Alpha is not looked at. */
export function toLab(picture: { width: number; height: number; data: ArrayLike<number> }): Float32Array {
  const { width, height, data } = picture;
  const out = new Float32Array(3 * width * height);
  for (let p = 0; p < width * height; p++) out.set(labOf(data[4 * p], data[4 * p + 1], data[4 * p + 2]), 3 * p);
  return out;
}
