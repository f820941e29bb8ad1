/**
 * The hole of a large photograph blended with its rim in two parts. What the patches miss the rim by is smooth but for
 * grain: its membrane comes from the coarse level that was searched, linear between that level's pixels. What is left
 * at the rim itself fades within some pixels of it, so its membrane is found in tiles, in time and memory by the rim.
 */
import type { CutOut } from '../../../autograd/nnf/patchField.ts';
import type { Picture } from '../../../data/image/image.ts';
import { membrane } from '../../../data/image/membrane.ts';
import { filled, type MissedRim } from './blend.ts';

/** Side of a tile, and what is looked at around it, in pixels. */
const side = 128;
const around = 16;

/** What fills a hole, over its cut-out [h,w]. */
export interface LargeFilling {
  cut: CutOut;
  /** RGBA bytes: what patches say, in the hole and about it. */
  data: Uint8Array;
  /** Classes as wanted. */
  labels: Uint8Array;
  /** What is not known, [H,W] of the photograph. */
  open: Uint8Array;
  rim: MissedRim;
}

/** The photograph with its hole filled. */
export function blendLarge(photo: Picture, hole: Uint8Array, filling: LargeFilling): Picture {
  const { cut, data, rim } = filling;
  const smooth = new Smooth(cut, rim);
  const result = filled(photo, hole, cut, (i, c) => data[4 * i + c] + smooth.at(i, c));
  for (let y = 0; y < cut.height; y += side)
    for (let x = 0; x < cut.width; x += side) blendTile(photo, hole, filling, smooth, result, x, y);
  return result;
}

/** Blends a tile of the cut-out that has a rim near, with its corner at (x0, y0), in place. */
function blendTile(
  photo: Picture,
  hole: Uint8Array,
  { cut, data, labels, open: all }: LargeFilling,
  smooth: Smooth,
  result: Picture,
  x0: number,
  y0: number,
): void {
  const [left, top] = [Math.max(0, x0 - around), Math.max(0, y0 - around)];
  const width = Math.min(cut.width, x0 + side + around) - left;
  const height = Math.min(cut.height, y0 + side + around) - top;
  const n = width * height;
  const placeOf = (x: number, y: number): number => (cut.y + y) * photo.width + cut.x + x;
  const open = new Uint8Array(n);
  for (let y = 0; y < height; y++) {
    const from = placeOf(left, top + y);
    open.set(all.subarray(from, from + width), y * width);
  }
  if (!open.includes(1) || !open.includes(0)) return;
  const miss = new Float32Array(3 * n);
  const classOf = (x: number, y: number): number => labels[(top + y) * cut.width + left + x];
  for (let y = 0, j = 0; y < height; y++)
    for (let x = 0; x < width; x++, j++) {
      if (open[j]) continue;
      const own = classOf(x, y);
      // Where another class begins at the rim, the step is meant.
      const goesOn =
        (x > 0 && open[j - 1] && classOf(x - 1, y) === own) ||
        (x + 1 < width && open[j + 1] && classOf(x + 1, y) === own) ||
        (y > 0 && open[j - width] && classOf(x, y - 1) === own) ||
        (y + 1 < height && open[j + width] && classOf(x, y + 1) === own);
      if (!goesOn) continue;
      const i = (top + y) * cut.width + left + x;
      const p = placeOf(left + x, top + y);
      for (let c = 0; c < 3; c++) miss[c * n + j] = photo.data[4 * p + c] - data[4 * i + c] - smooth.at(i, c);
    }
  membrane(miss, open, { width, height });
  for (let y = y0; y < Math.min(cut.height, y0 + side); y++)
    for (let x = x0; x < Math.min(cut.width, x0 + side); x++) {
      const [i, j, p] = [y * cut.width + x, (y - top) * width + x - left, placeOf(x, y)];
      if (!hole[p]) continue;
      for (let c = 0; c < 3; c++) {
        const v = data[4 * i + c] + smooth.at(i, c) + miss[c * n + j];
        result.data[4 * p + c] = Math.min(255, Math.max(0, Math.round(v)));
      }
    }
}

/** The coarse level's membrane at the places of the finest cut-out, linear between its open pixels. */
class Smooth {
  private readonly across: Place[];
  private readonly down: Place[];
  /** Of the place asked for last: its four pixels, and their weights. */
  private readonly pixels = [0, 0, 0, 0];
  private readonly weights = [0, 0, 0, 0];
  private last = -1;

  constructor(
    private readonly cut: CutOut,
    private readonly rim: MissedRim,
  ) {
    this.across = placesOf(cut, rim.cut, 'x', 'width');
    this.down = placesOf(cut, rim.cut, 'y', 'height');
  }

  /** Channel c at place i of the finest cut-out, as bytes; 0 away from the hole. */
  at(i: number, c: number): number {
    if (i !== this.last) this.look(i);
    const { miss, open } = this.rim;
    let sum = 0;
    for (let k = 0; k < 4; k++) sum += this.weights[k] * miss[c * open.length + this.pixels[k]];
    return sum;
  }

  private look(i: number): void {
    const { cut, rim, weights, pixels } = this;
    this.last = i;
    const u = this.across[i % cut.width];
    const v = this.down[Math.floor(i / cut.width)];
    let total = 0;
    for (let k = 0; k < 4; k++) {
      pixels[k] = (k & 2 ? v.high : v.low) * rim.cut.width + (k & 1 ? u.high : u.low);
      weights[k] = rim.open[pixels[k]] * (k & 1 ? u.part : 1 - u.part) * (k & 2 ? v.part : 1 - v.part);
      total += weights[k];
    }
    for (let k = 0; k < 4; k++) weights[k] = total > 0 ? weights[k] / total : 0;
  }
}

/** Two pixels of a coarse cut-out's axis about a place, and the share of the second. */
interface Place {
  low: number;
  high: number;
  part: number;
}

function placesOf(fine: CutOut, coarse: CutOut, from: 'x' | 'y', size: 'width' | 'height'): Place[] {
  const f = fine.whole[size] / coarse.whole[size];
  return Array.from({ length: fine[size] }, (_, i) => {
    const at = Math.min(coarse[size] - 1, Math.max(0, (fine[from] + i + 0.5) / f - 0.5 - coarse[from]));
    const low = Math.floor(at);
    return { low, high: Math.min(coarse[size] - 1, low + 1), part: at - low };
  });
}
