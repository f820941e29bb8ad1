/** How alike the edges of two pictures are, and how sharp one is beside the other. Both look at the luma alone. */
import type { Picture } from '../../data/image/image.ts';

/** Luma of a picture (ITU-R BT.601 weights on the sRGB bytes), 0..255, shape [h,w]. */
interface Luma {
  width: number;
  height: number;
  values: Float32Array;
}

function lumaOf({ width, height, data }: Picture): Luma {
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++)
    values[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  return { width, height, values };
}

const sameShape = (what: string, a: Picture, b: Picture): void => {
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`${what}: ${a.width} x ${a.height} against ${b.width} x ${b.height}`);
};

/** Means of whole blocks of 2 x 2. */
function halved({ width: w, height: h, values: v }: Luma): Luma {
  const [width, height] = [w >> 1, h >> 1];
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const p = 2 * y * w + 2 * x;
      values[y * width + x] = (v[p] + v[p + 1] + v[p + w] + v[p + w + 1]) / 4;
    }
  return { width, height, values };
}

/** Prewitt's gradient magnitude at the middle of the 3 x 3 window whose first row begins at p; w: length of a row. */
function prewitt(v: Float32Array, p: number, w: number): number {
  const [q, r] = [p + w, p + 2 * w];
  const across = v[p] - v[p + 2] + v[q] - v[q + 2] + v[r] - v[r + 2];
  const down = v[p] + v[p + 1] + v[p + 2] - v[r] - v[r + 1] - v[r + 2];
  return Math.hypot(across, down) / 3;
}

/**
 * Gradient magnitude similarity deviation (Xue, Zhang, Mou, Bovik 2014, equations 1 to 6): 0 for equal pictures and up,
 * at most 0.5, lower is better. Luma halved by averaging, Prewitt's gradients, c = 170; the standard deviation of the
 * similarities over all whole 3 x 3 windows (the authors' code pads with zeros and counts the border too).
 * Throws for pictures under 6 pixels a side.
 */
export function gradientDeviation(a: Picture, b: Picture): number {
  sameShape('gradientDeviation', a, b);
  if (Math.min(a.width, a.height) < 6)
    throw new Error(`gradientDeviation: ${a.width} x ${a.height} is smaller than 6 pixels across`);
  const [x, y] = [halved(lumaOf(a)), halved(lumaOf(b))];
  const { width: w, height: h } = x;
  const n = (w - 2) * (h - 2);
  let [sum, squares] = [0, 0];
  for (let row = 0; row + 2 < h; row++)
    for (let p = row * w; p < row * w + w - 2; p++) {
      const [m, k] = [prewitt(x.values, p, w), prewitt(y.values, p, w)];
      // 1 - similarity: small numbers, whose squares keep their digits.
      const unlike = (m - k) ** 2 / (m * m + k * k + 170);
      sum += unlike;
      squares += unlike * unlike;
    }
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}

/**
 * Mean length of the luma's gradient (differences to the next pixel across and down), in 0..255 levels a pixel: how
 * sharp a picture is. Noise counts as sharpness, too.
 */
export function meanGradient(picture: Picture): number {
  const { width: w, height: h, values: v } = lumaOf(picture);
  if (w < 2 || h < 2) throw new Error(`meanGradient: ${w} x ${h} is smaller than 2 pixels across`);
  let sum = 0;
  for (let y = 0; y + 1 < h; y++)
    for (let p = y * w; p < y * w + w - 1; p++) sum += Math.hypot(v[p + 1] - v[p], v[p + w] - v[p]);
  return sum / ((w - 1) * (h - 1));
}

/**
 * Mean gradient of a result over that of the truth: 1 where it is as sharp, less where it is blurred, more where it is
 * noisy or has edges that the truth lacks. Infinity for a truth of one color.
 */
export const sharpnessRatio = (result: Picture, truth: Picture): number => meanGradient(result) / meanGradient(truth);
