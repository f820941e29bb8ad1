/**
 * A distance in the form of LPIPS (Zhang et al. 2018, equation 1) on features of our own. It is NOT LPIPS: its features
 * are the judge's hand-made ones at three sizes, with no learned weights, so its numbers compare with each other and
 * with nothing published.
 */
import { type Picture, resize } from '../../data/image/image.ts';
import { pixelFeatures } from '../layoutClassifier/features.ts';

/**
 * Added to the length that features are divided by, in units of L*a*b*: keeps noise in flat places from counting as
 * texture.
 */
const floor = { color: 10, texture: 3 };

/**
 * 0 for equal pictures, lower is better, at most 4. At full, half and quarter size, for color and for texture apart:
 * the features of each pixel brought to unit length (or less, where there is little of them), squared differences
 * summed over features and averaged over pixels; color and texture halved and added, and averaged over the sizes.
 */
export function perceptualDistance(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`perceptualDistance: ${a.width} x ${a.height} against ${b.width} x ${b.height}`);
  const sizes = [1, 2, 4].filter((f) => f === 1 || Math.min(a.width, a.height) / f >= 8);
  return sizes.reduce((sum, f) => sum + bandedDistance(shrunk(a, f), shrunk(b, f)), 0) / sizes.length;
}

const shrunk = (p: Picture, f: number): Picture => resize(p, Math.round(p.width / f), Math.round(p.height / f));

/** Pixels of a band: the features of a large picture would fill gigabytes. */
const bandPixels = 2 ** 19;
/** Rows that a feature sees above and below its own: twice the largest window, and what its gradient and detail add. */
const halo = 16;

/** At one size: in bands of rows, each seen with its surroundings. */
export function bandedDistance(a: Picture, b: Picture, most = bandPixels): number {
  const { width: w, height: h } = a,
    rows = Math.max(1, Math.floor(most / w));
  let sum = 0;
  for (let top = 0; top < h; top += rows) {
    const end = Math.min(h, top + rows),
      [from, to] = [Math.max(0, top - halo), Math.min(h, end + halo)];
    const band = (p: Picture): Picture => ({
      ...p,
      height: to - from,
      data: p.data.subarray(4 * w * from, 4 * w * to),
    });
    sum += bandDistance(band(a), band(b), w * (top - from), w * (end - from));
  }
  return sum / (w * h);
}

/** Summed over the pixels from..to. */
function bandDistance(a: Picture, b: Picture, from: number, to: number): number {
  const [fa, fb] = [pixelFeatures(a), pixelFeatures(b)];
  const part = (texture: boolean, least: number): number => {
    const [pa, pb] = [fa, fb].map((f) => f.planes.filter((_, i) => f.texture[i] === texture));
    const n = a.width * a.height;
    const [la, lb] = [lengths(pa, n, least), lengths(pb, n, least)];
    let sum = 0;
    for (const [f, x] of pa.entries()) {
      const y = pb[f];
      for (let i = from; i < to; i++) sum += (x[i] / la[i] - y[i] / lb[i]) ** 2;
    }
    return sum;
  };
  return (part(false, floor.color) + part(true, floor.texture)) / 2;
}

const lengths = (features: readonly Float32Array[], n: number, least: number): Float64Array => {
  const out = new Float64Array(n).fill(least ** 2);
  for (const f of features) for (let i = 0; i < n; i++) out[i] += f[i] ** 2;
  return out.map(Math.sqrt);
};
