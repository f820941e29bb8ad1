import { type Canvas, SUPERSAMPLING } from './canvas.ts';
import { encodeSrgb } from './color.ts';
import { randomStream } from './noise.ts';

/** How the exposed canvas becomes a picture. */
export interface Film {
  /** Multiplies the light before the tone curve. */
  exposure: number;
  /** Standard deviation of the grain, in 8-bit steps. */
  grain: number;
  seed: number;
}

/** Shoulder for highlights, toe for shadows: a gentle filmic curve from [0, inf) to [0, 1). */
const tone = (x: number): number => (x * (2.2 * x + 0.06)) / (x * (2.1 * x + 0.72) + 0.12);

/** Averages the samples of every pixel, applies the tone curve and adds grain: RGB bytes. */
export function developPhoto(canvas: Canvas, film: Film): Uint8Array {
  const n = SUPERSAMPLING,
    width = canvas.columns / n,
    height = canvas.rows / n;
  const photo = new Uint8Array(width * height * 3),
    random = randomStream(film.seed);
  // Slightly negative outside the pixel, as a resampled photograph is: edges keep their bite.
  const past = -0.14,
    weights = [past, ...Array<number>(n).fill(1), past],
    total = (n + 2 * past) ** 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0];
      for (let j = -1; j <= n; j++) {
        const row = Math.min(canvas.rows - 1, Math.max(0, y * n + j));
        for (let i = -1; i <= n; i++) {
          const column = Math.min(canvas.columns - 1, Math.max(0, x * n + i));
          const at = (row * canvas.columns + column) * 3,
            w = weights[i + 1] * weights[j + 1];
          for (let c = 0; c < 3; c++) sum[c] += w * canvas.light[at + c];
        }
      }
      const common = random() + random() + random() - 1.5;
      for (let c = 0; c < 3; c++) {
        const grain = (common * 1.5 + (random() + random() - 1)) * film.grain;
        photo[(y * width + x) * 3 + c] = Math.min(
          255,
          Math.max(0, Math.round(255 * encodeSrgb(tone((film.exposure * Math.max(0, sum[c])) / total)) + grain)),
        );
      }
    }
  return photo;
}

/**
 * One class per pixel: the one that most of its samples carry. Specks below `smallest` pixels join their surroundings.
 */
export function developLayout(canvas: Canvas, classes: number, smallest: number): Uint8Array {
  const n = SUPERSAMPLING,
    width = canvas.columns / n,
    height = canvas.rows / n;
  const layout = new Uint8Array(width * height),
    votes = new Uint8Array(classes);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      votes.fill(0);
      for (let j = 0; j < n; j++)
        for (let i = 0; i < n; i++) votes[canvas.label[(y * n + j) * canvas.columns + x * n + i]]++;
      layout[y * width + x] = votes.indexOf(Math.max(...votes));
    }
  removeSpecks(layout, width, height, smallest);
  return layout;
}

/** Gives every connected region (by edges) of fewer than `smallest` pixels to the class it touches most, in place. */
function removeSpecks(layout: Uint8Array, width: number, height: number, smallest: number): void {
  const seen = new Uint8Array(layout.length);
  const neighbors = (p: number): number[] => {
    const x = p % width,
      found: number[] = [];
    if (x > 0) found.push(p - 1);
    if (x < width - 1) found.push(p + 1);
    if (p >= width) found.push(p - width);
    if (p < width * (height - 1)) found.push(p + width);
    return found;
  };
  for (let start = 0; start < layout.length; start++) {
    if (seen[start]) continue;
    const region = [start],
      own = layout[start],
      touching = new Map<number, number>();
    seen[start] = 1;
    for (let k = 0; k < region.length; k++)
      for (const q of neighbors(region[k]))
        if (layout[q] !== own) touching.set(layout[q], (touching.get(layout[q]) ?? 0) + 1);
        else if (!seen[q]) {
          seen[q] = 1;
          region.push(q);
        }
    if (region.length >= smallest || touching.size === 0) continue;
    const [heir] = [...touching].sort((a, b) => b[1] - a[1])[0];
    for (const p of region) layout[p] = heir;
  }
}
