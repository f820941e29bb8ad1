/** Layouts made for tests: a scene of three classes, drawn as people draw. */
import type { Picture } from '../../src/data/image/image.ts';
import { buildPalette } from '../../src/data/layout/layout.ts';
import type { Palette, RGB } from '../../src/data/layout/palette.ts';

export const SKY: RGB = [0, 253, 255];
export const GRASS: RGB = [0, 249, 0];
export const SOIL: RGB = [255, 147, 0];
export const RED: RGB = [255, 0, 0];
/** Pixels. */
export const W = 120;
export const H = 80;

/** Sky above grass above soil, with a round tree of grass color and a wavy horizon: labels 0, 1, 2. */
export const scene = (x: number, y: number, w = W, h = H): number => {
  const u = x / w,
    v = y / h;
  if (v > 0.75 + 0.03 * Math.sin(12 * u)) return 2;
  return Math.hypot(((u - 0.6) * w) / h, v - 0.55) < 0.28 || v > 0.7 ? 1 : 0;
};
export const ink = [SKY, GRASS, SOIL];

/** A picture by pixel: the color, with alpha where given as a fourth. */
export function draw(f: (x: number, y: number) => readonly number[], w = W, h = H, source = 'layout.png'): Picture {
  const data = new Uint8Array(4 * w * h);
  let hasAlpha = false;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [r, g, b, a = 255] = f(x, y);
      data.set([r, g, b, a], 4 * (y * w + x));
      hasAlpha ||= a < 255;
    }
  return { width: w, height: h, data, hasAlpha, source, format: 'png' };
}

/** The scene with borders smoothed by averaging n x n samples per pixel. */
export const soft = (n: number, colors: RGB[] = ink, of = scene) =>
  draw((x, y) => {
    const sum = [0, 0, 0];
    for (let j = 0; j < n; j++)
      for (let i = 0; i < n; i++)
        of(x + (i + 0.5) / n, y + (j + 0.5) / n) >= 0 &&
          colors[of(x + (i + 0.5) / n, y + (j + 0.5) / n)].forEach((v, c) => {
            sum[c] += v / n / n;
          });
    return sum.map(Math.round);
  });
export const crisp = (colors: readonly RGB[] = ink) => draw((x, y) => colors[scene(x + 0.5, y + 0.5)]);
export const truth = Uint8Array.from({ length: W * H }, (_, p) => scene((p % W) + 0.5, Math.floor(p / W) + 0.5));
export const over = (base: Picture, f: (x: number, y: number, c: number[]) => readonly number[]) =>
  draw(
    (x, y) => f(x, y, [...base.data.subarray(4 * (y * base.width + x), 4 * (y * base.width + x) + 4)]),
    base.width,
    base.height,
  );
export const inBox = (x: number, y: number, x0: number, y0: number, w: number, h: number) =>
  x >= x0 && y >= y0 && x < x0 + w && y < y0 + h;

export const names = (p: Palette) => p.classes.map((c) => c.name).sort();
/** Share of labels that differ from the truth, the palette's classes being matched to ink by color. */
export function wrong(labels: Uint8Array, palette: Palette, expected = truth, colors: readonly RGB[] = ink): number {
  const to = palette.classes.map((c) =>
    colors.reduce(
      (best, k, i) =>
        Math.hypot(k[0] - c.color[0], k[1] - c.color[1], k[2] - c.color[2]) <
        Math.hypot(colors[best][0] - c.color[0], colors[best][1] - c.color[1], colors[best][2] - c.color[2])
          ? i
          : best,
      0,
    ),
  );
  let n = 0;
  labels.forEach((l, p) => {
    if (to[l] !== expected[p]) n++;
  });
  return n / labels.length;
}

/** The scene as a source layout. */
export const plain = buildPalette(crisp());
