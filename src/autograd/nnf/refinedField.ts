/**
 * Fields of levels too large to be searched: a coarser level has decided them, a few local candidates mend their seams.
 * A level needs no guides here and no list of patches, only its pixels, and its target is worked on in parts.
 */

import { grid } from '../../engine/grid.ts';
import refineKernel from '../../shaders/nnf/patchField/refine.wgsl';
import type { Session } from '../session.ts';
import type { Tensor } from '../tensor.ts';
import { type CutOut, type FieldPixels, fieldOf, type PatchGrid, patches, type SearchPass } from './patchField.ts';

/** Pixels that are sent to the device at once. */
const sentAtOnce = 1 << 21;

/** Pixels that `fieldPixels` can hold on this adapter: one binding's, and those of a second. */
export function pixelLimits({ device: { limits } }: Session): { one: number; all: number } {
  const one = Math.floor(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / 4);
  return { one, all: 2 * one };
}

/**
 * A source's pixels as lasting tensors, in two parts where one binding of this adapter cannot hold them.
 * @param rgba Opaque bytes [H,W,4]. @param labels Classes [H,W].
 * @throws RangeError Two bindings of this adapter cannot hold them either.
 */
export function fieldPixels(
  session: Session,
  { width, height }: PatchGrid,
  patch: number,
  rgba: Uint8Array,
  labels: Uint8Array,
): FieldPixels {
  const n = width * height;
  const { one, all } = pixelLimits(session);
  if (n > all) throw new RangeError(`fieldPixels: ${n} pixels, and this adapter holds ${all}`);
  const parts = n > one ? [one, n - one] : [n];
  const tensors = parts.map((size) => session.lasting([size], 'fieldPixels', undefined, 'u32'));
  const packed = new Uint32Array(Math.min(n, sentAtOnce));
  let first = 0;
  for (const [k, size] of parts.entries()) {
    for (let from = 0; from < size; from += packed.length) {
      const count = Math.min(packed.length, size - from);
      for (let i = 0, p = first + from; i < count; i++, p++)
        packed[i] = (rgba[4 * p] | (rgba[4 * p + 1] << 8) | (rgba[4 * p + 2] << 16) | (labels[p] << 24)) >>> 0;
      session.memory.write(tensors[k].storage, packed.subarray(0, count), 4 * from);
    }
    first += size;
  }
  return { width, height, patch, map: tensors[0], rest: tensors[1] };
}

/** Gives back what `fieldPixels` took. */
export function releasePixels(session: Session, { map, rest }: FieldPixels): void {
  for (const t of [map, rest]) if (t?.storage.buffer) session.memory.release(t.storage.buffer);
}

/** Settings of `refineField`. */
export interface Refinement {
  /** Per pixel of another class, against squared color differences in [-1,1]. */
  near: number;
  /** One after the other; `radius` 0 leaves the random candidates out. */
  passes: readonly SearchPass[];
  seed: number;
  /** A number of this call's own, for its random numbers. */
  stream: number;
}

/** Random candidates of a pass. */
const tries = 2;

/**
 * A part's field, improved: u32 [patches, 2], match and tone. map u32 [H,W] of the part, packed. The part lies in a
 * level whose patch grid is `level`; at its rim, neighbors are missing. `costs` f32 [patches] takes the distances.
 */
export function refineField(
  s: FieldPixels,
  part: CutOut,
  level: { across: number; down: number },
  map: Tensor,
  start: Tensor,
  { near, passes, seed, stream }: Refinement,
  costs: Tensor,
  last?: Tensor,
): Tensor {
  let field = start;
  const { count } = patches(part, s.patch);
  for (const [i, { jump, radius }] of passes.entries()) {
    const next = i === passes.length - 1 && last ? last : fieldOf(s, part);
    s.map.session.run(refineKernel, {
      read: { targetMap: map, sourceMap: s.map, sourceRest: s.rest ?? s.map, previous: field },
      write: { field: next, costs },
      params: {
        ht: part.height,
        wt: part.width,
        hs: s.height,
        ws: s.width,
        x: part.x,
        y: part.y,
        across: level.across,
        down: level.down,
        jump,
        radius,
        seed,
        stream: stream * 16 + i,
        candidates: radius > 0 ? 5 + tries : 5,
        color: (2 / 255) ** 2,
        near,
        threads: count,
      },
      constants: { SIDE: s.patch, SPLIT: s.rest ? s.map.size : 0 },
      groups: grid(count, 64),
    });
    field = next;
  }
  return field;
}
