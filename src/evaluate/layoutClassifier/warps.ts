/**
 * Random warps of a source pair on the host, for the judge: what may be learned from one picture, and what it is tested
 * on.
 */
import { type ControlPoint, warpMap, warpPosition } from '../../autograd/kernels/warpMap.ts';
import type { Picture } from '../../data/image/image.ts';
import { HostRandom } from '../../engine/random.ts';
import { outputToInput } from '../../model/training/augment.ts';

/** A photograph with its classes. */
export interface PictureAndLabels {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Of this size, opaque. */
  photo: Picture;
  /** Class of each pixel, shape [height,width]. */
  labels: Uint8Array;
}

const mirrored = (t: number, last: number): number => {
  if (last === 0) return 0;
  const s = t - Math.floor(t / (2 * last)) * 2 * last;
  return last - Math.abs(s - last);
};

/**
 * The pair under one random warp: mirrored or not, turned by up to 8 degrees, 0.9 to 1.15 times the size, shifted by up
 * to a tenth, bent by a thin-plate spline of 9 points moved by up to 4 % of the width; mirrored at the borders,
 * bilinear (labels: nearest). The same seed and number give the same warp. `mirror` false: never mirrored.
 */
export function warpedPair(
  { width: w, height: h, photo, labels }: PictureAndLabels,
  seed: number,
  number: number,
  { mirror = true } = {},
): PictureAndLabels {
  const random = new HostRandom((seed + Math.imul(number + 1, 0x85ebca6b)) >>> 0);
  const flip = random.next() < 0.5 && mirror;
  const [zoom, angle] = [random.range(0.9, 1.15), (random.range(-8, 8) * Math.PI) / 180];
  const shift: ControlPoint = [random.range(-0.1, 0.1) * w, random.range(-0.1, 0.1) * h];
  const points: ControlPoint[] = [],
    moves: ControlPoint[] = [];
  for (let i = 0; i < 9; i++) {
    points.push([((i % 3) / 2) * (w - 1), (Math.floor(i / 3) / 2) * (h - 1)]);
    moves.push([random.range(-0.04, 0.04) * w, random.range(-0.04, 0.04) * w]);
  }
  const map = warpMap({ affine: outputToInput(w, h, { flip, zoom, angle, shift }), points, moves });
  const data = new Uint8Array(4 * w * h).fill(255);
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [px, py] = warpPosition(map, 9, x, y);
      const [tx, ty] = [mirrored(px, w - 1), mirrored(py, h - 1)];
      const [ix, iy] = [Math.min(w - 2, Math.floor(tx)), Math.min(h - 2, Math.floor(ty))];
      const [fx, fy] = [tx - ix, ty - iy];
      const p = iy * w + ix;
      for (let c = 0; c < 3; c++) {
        const at = (q: number): number => photo.data[4 * q + c];
        data[4 * (y * w + x) + c] = Math.round(
          (at(p) * (1 - fx) + at(p + 1) * fx) * (1 - fy) + (at(p + w) * (1 - fx) + at(p + w + 1) * fx) * fy,
        );
      }
      out[y * w + x] = labels[Math.round(ty) * w + Math.round(tx)];
    }
  return {
    width: w,
    height: h,
    photo: { width: w, height: h, data, hasAlpha: false, source: `${photo.source}, warp ${number}` },
    labels: out,
  };
}
