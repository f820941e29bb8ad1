/** Photographs one under the other, as levels that are not searched take their pixels from. */
import type { FieldPixels, PatchGrid } from '../../../autograd/nnf/patchField.ts';
import { fieldPixels } from '../../../autograd/nnf/refinedField.ts';
import type { Session } from '../../../autograd/session.ts';
import type { Reduced } from './reduced.ts';

/** Class of pixels that are not to be taken. */
const forbidden = 255;

/** Where photographs of these sizes begin if there is one row between them, as the searched levels stack them. */
export function tops(sizes: readonly PatchGrid[]): number[] {
  let top = 0;
  return sizes.map(({ height }) => {
    top += height + 1;
    return top - height - 1;
  });
}

/** A level's pixels on the device, and where the photographs in them begin. */
export interface Stack {
  pixels: FieldPixels;
  tops: number[];
}

/**
 * The photographs of a level. labels: classes of the first one; the others have class 0. before: where they began at
 * the level before, 1/f as large: a field of that level leads to the like places of this one.
 */
export function stack(
  session: Session,
  parts: readonly Reduced[],
  labels: Uint8Array,
  patch: number,
  before: readonly number[],
  f: number,
): Stack {
  const classes = (r: Reduced, own: Uint8Array | null): Uint8Array =>
    r.barred.map((v, i) => (v ? forbidden : (own?.[i] ?? 0)));
  const [{ picture }] = parts;
  if (parts.length === 1)
    return { pixels: fieldPixels(session, picture, patch, picture.data, classes(parts[0], labels)), tops: [0] };
  const width = Math.max(...parts.map((p) => p.picture.width));
  const at: number[] = [];
  let height = 0;
  for (const [k, p] of parts.entries()) {
    at.push(k ? Math.max(height + 1, Math.round(before[k] * f)) : 0);
    height = at[k] + p.picture.height;
  }
  const rgba = new Uint8Array(4 * width * height);
  const all = new Uint8Array(width * height).fill(forbidden);
  for (const [k, p] of parts.entries()) {
    const { width: w, height: h, data } = p.picture;
    const own = classes(p, k ? null : labels);
    for (let y = 0; y < h; y++) {
      rgba.set(data.subarray(4 * y * w, 4 * (y + 1) * w), 4 * (at[k] + y) * width);
      all.set(own.subarray(y * w, (y + 1) * w), (at[k] + y) * width);
    }
  }
  return { pixels: fieldPixels(session, { width, height }, patch, rgba, all), tops: at };
}
