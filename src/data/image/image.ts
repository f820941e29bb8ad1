/** A decoded picture's way into and out of the network's numbers. Runs unchanged in Node and in browsers. */
import type { Picture } from './picture.ts';

export type { Indexed, Picture } from './picture.ts';
export { fitSize, resize, resizeLabels } from './resize.ts';

import { narrow } from './depth.ts';

export { likePhoto, narrow } from './depth.ts';
export { cutCHW, cutLabels, type Padding, padCHW, padLabels, padTo } from './pad.ts';

/** RGBA bytes -> [3,H,W] in [-1, 1]. Alpha is not looked at: flatten() first where it matters. */
export function toFloatCHW(picture: { width: number; height: number; data: Uint8Array }): Float32Array {
  const n = picture.width * picture.height;
  const out = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) out[c * n + i] = picture.data[4 * i + c] / 127.5 - 1;
  return out;
}

/**
 * [3,H,W] in [-1, 1] -> an opaque picture; values outside are clamped. NaN becomes 0, since black is easier to see
 * than mid gray.
 */
export function fromFloatCHW(chw: ArrayLike<number>, width: number, height: number, source = 'result'): Picture {
  const n = width * height;
  if (chw.length < 3 * n) throw new Error(`fromFloatCHW: ${chw.length} values for 3 x ${height} x ${width}`);
  const data = new Uint8Array(4 * n);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 3; c++) {
      const v = (chw[c * n + i] + 1) * 127.5;
      data[4 * i + c] = v > 0 ? Math.min(255, Math.floor(v + 0.5)) : 0;
    }
    data[4 * i + 3] = 255;
  }
  return { width, height, data, hasAlpha: false, source };
}

/** Share (0..1) of the pixels with alpha below `below` (0..255). */
export function transparentShare(picture: Picture, below = 255): number {
  if (!picture.hasAlpha) return 0;
  let count = 0;
  for (let i = 3; i < picture.data.length; i += 4) if (picture.data[i] < below) count++;
  return count / (picture.width * picture.height);
}

/** The picture laid over a background color (default white): opaque. Returned as it is where it is opaque already. */
export function flatten(picture: Picture, background: readonly [number, number, number] = [255, 255, 255]): Picture {
  if (!picture.hasAlpha) return picture;
  if (!picture.wide) return { ...picture, data: laidOver(picture.data, background, 255), hasAlpha: false };
  const wide = laidOver(picture.wide, background, 65535);
  return { ...picture, wide, data: narrow(wide), hasAlpha: false };
}

/** RGBA samples from 0 to `full` over a background from 0 to 255. */
function laidOver<T extends Uint8Array | Uint16Array>(samples: T, background: readonly number[], full: number): T {
  const out = samples.slice() as T;
  for (let i = 0; i < out.length; i += 4) {
    const a = out[i + 3] / full;
    for (let c = 0; c < 3; c++) out[i + c] = Math.round(a * out[i + c] + (1 - a) * background[c] * (full / 255));
    out[i + 3] = full;
  }
  return out;
}

/** True if any of the RGBA bytes has an alpha below 255. */
export function anyTransparent(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return true;
  return false;
}
