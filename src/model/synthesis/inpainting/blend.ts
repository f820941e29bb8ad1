/** The last step of inpainting: the hole's pixels, blended with the rim. */
import type { Picture } from '../../../data/image/image.ts';
import { membrane } from '../../../data/image/membrane.ts';
import type { SolvedLevel } from './level.ts';

/** The photograph with the finest level in its hole, moved by the membrane of what it misses the rim by. */
export function blendHole(
  photo: Picture,
  hole: Uint8Array,
  { cut, picture, plain, hole: open, labels }: SolvedLevel,
): Picture {
  const { width, height } = cut,
    n = width * height;
  const byte = (packed: Uint32Array, c: number, i: number): number => (packed[i] >> (8 * c)) & 255;
  // Where another class begins at the rim, the step is meant.
  const goesOn = (i: number): boolean =>
    [i % width ? i - 1 : -1, (i + 1) % width ? i + 1 : -1, i - width, i + width].some(
      (j) => open[j] === 1 && labels[j] === labels[i],
    );
  const miss = new Float32Array(3 * n);
  for (let i = 0; i < n; i++)
    if (!open[i] && goesOn(i)) for (let c = 0; c < 3; c++) miss[c * n + i] = byte(picture, c, i) - byte(plain, c, i);
  membrane(miss, open, cut);
  const data = new Uint8Array(photo.data);
  for (let i = 0; i < n; i++) {
    const at = (cut.y + Math.floor(i / width)) * photo.width + cut.x + (i % width);
    if (!hole[at]) continue;
    for (let c = 0; c < 3; c++)
      data[4 * at + c] = Math.min(255, Math.max(0, Math.round(byte(picture, c, i) + miss[c * n + i])));
    data[4 * at + 3] = 255;
  }
  return {
    width: photo.width,
    height: photo.height,
    data,
    hasAlpha: data.some((v, i) => i % 4 === 3 && v < 255),
    source: 'inpainted',
  };
}
