/** The last step of inpainting: the hole's pixels, blended with the rim. */
import type { CutOut } from '../../../autograd/nnf/patchField.ts';
import { anyTransparent, type Picture } from '../../../data/image/image.ts';
import { membrane } from '../../../data/image/membrane.ts';
import type { SolvedLevel } from './level.ts';

/** What a level misses its rim by, as bytes, spread over its hole: [3,h,w] over the cut-out, with where it is open. */
export interface MissedRim {
  cut: CutOut;
  open: Uint8Array;
  miss: Float32Array;
}

/** The membrane of what a level misses the rim by. */
export function missedRim({ cut, picture, plain, hole: open, labels }: SolvedLevel): MissedRim {
  const { width } = cut,
    n = width * cut.height;
  const byte = (packed: Uint32Array, c: number, i: number): number => (packed[i] >> (8 * c)) & 255;
  // Where another class begins at the rim, the step is meant.
  const goesOn = (i: number): boolean =>
    [i % width ? i - 1 : -1, (i + 1) % width ? i + 1 : -1, i - width, i + width].some(
      (j) => open[j] === 1 && labels[j] === labels[i],
    );
  const miss = new Float32Array(3 * n);
  for (let i = 0; i < n; i++)
    if (!open[i] && goesOn(i)) for (let c = 0; c < 3; c++) miss[c * n + i] = byte(picture, c, i) - byte(plain, c, i);
  return { cut, open, miss: membrane(miss, open, cut) };
}

/** The photograph with the finest level in its hole, moved by the membrane of what it misses the rim by. */
export function blendHole(photo: Picture, hole: Uint8Array, level: SolvedLevel): Picture {
  const { cut, picture } = level;
  const { miss } = missedRim(level);
  const n = cut.width * cut.height;
  return filled(photo, hole, cut, (i, c) => ((picture[i] >> (8 * c)) & 255) + miss[c * n + i]);
}

/** The photograph with opaque pixels in its hole. color: byte of channel c at place i of the cut-out, to be rounded. */
export function filled(
  photo: Picture,
  hole: Uint8Array,
  cut: CutOut,
  color: (i: number, c: number) => number,
): Picture {
  const data = new Uint8Array(photo.data);
  for (let y = 0, i = 0; y < cut.height; y++)
    for (let x = 0, at = (cut.y + y) * photo.width + cut.x; x < cut.width; x++, i++, at++) {
      if (!hole[at]) continue;
      for (let c = 0; c < 3; c++) data[4 * at + c] = Math.min(255, Math.max(0, Math.round(color(i, c))));
      data[4 * at + 3] = 255;
    }
  return {
    width: photo.width,
    height: photo.height,
    data,
    hasAlpha: anyTransparent(data),
    source: 'inpainted',
  };
}
