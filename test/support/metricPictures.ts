/** The pictures of goldens/make/make_metrics.py. */
import type { Picture } from '../../src/data/image/image.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { paint } from './runs.ts';

/** A smooth periodic field and noise; both sides are multiples of 4. */
export function smoothPicture(name: string, height: number, width: number): Picture {
  const [rows, columns] = [height / 4, width / 4];
  const grid = hashUniform(`${name}/smooth`, 3 * rows * columns),
    noise = hashUniform(`${name}/noise`, 3 * height * width);
  return paint(width, height, (x, y) => {
    const [y0, x0, ty, tx] = [Math.floor(y / 4), Math.floor(x / 4), (y % 4) / 4, (x % 4) / 4];
    const at = (c: number, r: number, u: number): number => grid[(c * rows + (r % rows)) * columns + (u % columns)];
    return [0, 1, 2].map((c) => {
      const s =
        (at(c, y0, x0) * (1 - tx) + at(c, y0, x0 + 1) * tx) * (1 - ty) +
        (at(c, y0 + 1, x0) * (1 - tx) + at(c, y0 + 1, x0 + 1) * tx) * ty;
      return Math.min(255, Math.max(0, Math.round(127.5 + 90 * s + 30 * noise[(c * height + y) * width + x])));
    }) as [number, number, number];
  });
}
