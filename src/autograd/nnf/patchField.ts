/**
 * Nearest-neighbor fields of guided patches, for patch synthesis: searched in full on small maps, improved by
 * PatchMatch (Barnes et al. 2009, in the jump-flood form) on large ones, voted into a picture. Maps are packed, four
 * bytes a pixel, and guides are compared at patch centers alone: what patchNearest does exactly for any channels, this
 * does for pictures fast. No gradients. Matches stay within the class of the patch's center, unless the source lacks
 * it.
 */

import { grid } from '../../engine/grid.ts';
import countKernel from '../../shaders/nnf/patchField/count.wgsl';
import improveKernel from '../../shaders/nnf/patchField/improve.wgsl';
import liftKernel from '../../shaders/nnf/patchField/lift.wgsl';
import scaleKernel from '../../shaders/nnf/patchField/scale.wgsl';
import searchKernel from '../../shaders/nnf/patchField/search.wgsl';
import voteKernel from '../../shaders/nnf/patchField/vote.wgsl';
import wrapKernel from '../../shaders/nnf/patchField/wrap.wgsl';
import { fill } from '../kernels/fill.ts';
import type { Session } from '../session.ts';
import { Tensor } from '../tensor.ts';

/** Size of a picture, in pixels. */
export interface PatchGrid {
  width: number;
  height: number;
}

/** The pixels of a source. */
export interface FieldPixels extends PatchGrid {
  patch: number;
  /** u32 [H,W]: red, green, blue and class of each pixel, from the lowest byte up. */
  map: Tensor;
  /** The pixels that do not fit into one binding; `map` then has the first ones alone. */
  rest?: Tensor;
}

/** A source's side of the search: lasting tensors, made once. */
export interface FieldSource extends FieldPixels {
  /** f32 [H,W,4 n]: guides times their weights. */
  guides: Tensor;
  /**
   * u32: a seed (see `seedField`), 257 starts, the patches of class 0, of class 1, ..., zeros up to the number of
   * patches, every patch's class (255: never taken).
   */
  members: Tensor;
  /** u32 [patches]: class at each patch's center. */
  classes: Tensor;
  /** Patches of each class. */
  counts: readonly number[];
}
/** A target's side; `map` has the classes from the start, its colors from the rounds. */
export interface FieldTarget extends PatchGrid {
  guides: Tensor;
}

/** What a patch's distance is made of beside its guides. */
export interface FieldWeights {
  /** Per pixel of another class, against colors in [-1,1]. */
  near: number;
  /** Factor on squared color differences; 0 leaves them out. */
  color?: number;
  /** From `overuse`. */
  scale?: Tensor;
}

/** The class of patches that are never taken; and of pixels of no class, whose patches never are either. */
const forbidden = 255;
/** Bit of a label whose pixel `voteField` leaves as it is known. */
export const knownPixel = 256;

/** Largest number of four-channel guides that the kernels hold. */
const mostGuides = 24;
/** How many patches a picture has. @internal */
export const patches = (
  { width, height }: PatchGrid,
  patch: number,
): { across: number; down: number; count: number } => {
  const [across, down] = [width - patch + 1, height - patch + 1];
  return { across, down, count: across * down };
};

/** Pixels as the kernels read them: colors [3,H,W] in [-1,1] (black where null) and classes -> u32 [H,W]. */
export function packPixels(image: Float32Array | null, labels: Uint8Array): Uint32Array {
  const n = labels.length;
  const byte = (v: number): number => Math.min(255, Math.max(0, Math.round((v + 1) * 127.5)));
  return Uint32Array.from(
    labels,
    (l, i) =>
      ((image ? byte(image[i]) | (byte(image[n + i]) << 8) | (byte(image[2 * n + i]) << 16) : 0) | (l << 24)) >>> 0,
  );
}

/**
 * A source's tensors. guides [H,W,4 n]; allowed [H,W]: patches with a pixel of 0 are never taken. Throws RangeError
 * where no patch fits, or there are too many guides.
 */
export function fieldSource(
  session: Session,
  size: PatchGrid,
  patch: number,
  packed: Uint32Array,
  guides: Float32Array,
  allowed?: Uint8Array,
): FieldSource {
  const { across, down, count } = patches(size, patch);
  if (!(across > 0 && down > 0) || patch % 2 === 0 || patch > 9)
    throw new RangeError(`patchField: no ${patch} x ${patch} patches in ${size.width} x ${size.height}`);
  if (guides.length > 4 * mostGuides * packed.length)
    throw new RangeError(`patchField: at most ${4 * mostGuides} guides`);
  const r = (patch - 1) / 2;
  const classes = Uint32Array.from(
    { length: count },
    (_, i) => packed[(Math.floor(i / across) + r) * size.width + (i % across) + r] >>> 24,
  );
  if (allowed)
    for (let i = 0; i < count; i++)
      if (!free(allowed, size.width, Math.floor(i / across) * size.width + (i % across), patch)) classes[i] = forbidden;
  const starts = new Uint32Array(257);
  for (const k of classes) if (k !== forbidden) starts[k + 1]++;
  for (let k = 0; k < 256; k++) starts[k + 1] += starts[k];
  const members = new Uint32Array(258 + 2 * count);
  members.set(starts, 1);
  const next = starts.slice();
  for (let i = 0; i < count; i++) if (classes[i] !== forbidden) members[258 + next[classes[i]]++] = i;
  members.set(classes, 258 + count);
  const u32 = (data: Uint32Array, name: string): Tensor =>
    session.lasting([data.length], `patchField.${name}`, data, 'u32');
  return {
    ...size,
    patch,
    map: u32(packed, 'map'),
    guides: session.lasting([guides.length], 'patchField.guides', guides),
    members: u32(members, 'members'),
    classes: u32(classes, 'classes'),
    counts: Array.from({ length: 256 }, (_, k) => starts[k + 1] - starts[k]),
  };
}

function free(allowed: Uint8Array, width: number, corner: number, patch: number): boolean {
  for (let y = 0; y < patch; y++) for (let x = 0; x < patch; x++) if (!allowed[corner + y * width + x]) return false;
  return true;
}

/** Another seed for what is random, for all later runs of recorded steps. */
export const seedField = (source: FieldSource, seed: number): void => source.map.session.write(source.members, [seed]);

const common = (s: FieldSource, t: FieldTarget, w: FieldWeights): Record<string, number> => ({
  ht: t.height,
  wt: t.width,
  hs: s.height,
  ws: s.width,
  color: (w.color ?? 1) * (2 / 255) ** 2,
  near: w.near,
  scaled: w.scale ? 1 : 0,
  threads: patches(t, s.patch).count,
});
const constants = (s: FieldSource): Record<string, number> => ({
  SIDE: s.patch,
  GUIDES: s.guides.size / 4 / s.map.size,
});
/** Memory of the step for a field. @internal */
export const fieldOf = (s: FieldPixels, t: PatchGrid): Tensor =>
  s.map.session.temporary([patches(t, s.patch).count, 2], 'patchField.field', 'u32');

/**
 * Every patch's best match: u32 [patches, 2], match and the bits of its distance. map u32 [H,W] of the target; noise:
 * added to distances at random.
 */
export function searchField(
  s: FieldSource,
  t: FieldTarget,
  map: Tensor,
  w: FieldWeights & { noise?: number },
  field = fieldOf(s, t),
): Tensor {
  s.map.session.run(searchKernel, {
    read: {
      targetMap: map,
      sourceMap: s.map,
      targetGuides: t.guides,
      sourceGuides: s.guides,
      members: s.members,
      scale: w.scale ?? s.guides,
    },
    write: { field },
    params: { ...common(s, t, w), noise: w.noise ?? 0 },
    constants: constants(s),
    groups: grid(patches(t, s.patch).count, 64),
  });
  return field;
}

/** One PatchMatch pass. */
export interface SearchPass {
  /** Distance to the neighbors asked, in patches. */
  jump: number;
  /** Of the random search, in pixels. */
  radius: number;
}

/** A field improved by PatchMatch passes. `stream`: a number of this call's own, for its random numbers. */
export function improveField(
  s: FieldSource,
  t: FieldTarget,
  map: Tensor,
  start: Tensor,
  passes: readonly SearchPass[],
  stream: number,
  w: FieldWeights,
  last?: Tensor,
): Tensor {
  let field = start;
  for (const [i, pass] of passes.entries()) {
    const next = i === passes.length - 1 && last ? last : fieldOf(s, t);
    s.map.session.run(improveKernel, {
      read: {
        targetMap: map,
        sourceMap: s.map,
        targetGuides: t.guides,
        sourceGuides: s.guides,
        members: s.members,
        scale: w.scale ?? s.guides,
        previous: field,
      },
      write: { field: next },
      params: { ...common(s, t, w), ...pass, candidates: 8, fresh: i === 0 ? 1 : 0, stream: stream * 64 + i },
      constants: constants(s),
      groups: grid(patches(t, s.patch).count, 64),
    });
    field = next;
  }
  return field;
}

/**
 * A factor for each source patch: 1 + weight max(0, use / expected - 1), use being how often the field takes it and
 * those about it. expected f32 [256]: even use by class.
 */
export function overuse(s: FieldSource, t: PatchGrid, field: Tensor, weight: number, expected: Tensor): Tensor {
  const { session } = s.map;
  const { across, down, count } = patches(s, s.patch);
  const zeros = fill(session, [count], 0);
  const counts = new Tensor(session, [count], 'u32', zeros.storage);
  const threads = patches(t, s.patch).count;
  session.run(countKernel, { read: { field }, write: { counts }, params: { threads }, groups: grid(threads, 64) });
  const scale = session.temporary([count], 'patchField.scale');
  session.run(scaleKernel, {
    read: { counts, labels: s.classes, expected },
    write: { scale },
    params: { across, down, radius: (s.patch + 1) / 2, weight },
    groups: grid(count, 64),
  });
  return scale;
}

/**
 * How votes count: `known` packed [H,W] is kept where a label has the bit `knownPixel`; `trust` > 0: a patch also
 * counts exp(-trust distance); its vote on a pixel of another class counts `stray`.
 */
export interface VoteOptions {
  output?: Tensor;
  known?: Tensor;
  trust?: number;
  stray?: number;
  /** The field has tones in place of distances (nnf/tone.ts): they are added. */
  toned?: boolean;
}

/**
 * The picture voted by a field, packed [H,W] with the target's classes; labels u32 [H,W]. sigma: spread of a patch's
 * vote in pixels.
 */
export function voteField(
  s: FieldPixels,
  t: PatchGrid,
  labels: Tensor,
  field: Tensor,
  sigma: number,
  {
    output = s.map.session.temporary([t.height * t.width], 'patchField.vote', 'u32'),
    known,
    trust = 0,
    stray = 1,
    toned = false,
  }: VoteOptions = {},
): Tensor {
  s.map.session.run(voteKernel, {
    read: { sourceMap: s.map, sourceRest: s.rest ?? s.map, labels, field, known: known ?? labels },
    write: { output },
    params: {
      ht: t.height,
      wt: t.width,
      ws: s.width,
      decay: -0.5 / sigma ** 2,
      trust,
      stray,
      toned: toned ? 1 : 0,
      threads: t.height * t.width,
    },
    constants: { SIDE: s.patch, SPLIT: s.rest ? s.map.size : 0 },
    groups: grid(t.height * t.width, 64),
  });
  return output;
}

/**
 * Margins of a packed map [H,W] (of the step) overwritten so that its inner part repeats itself: x pixels left and
 * right, y above and below.
 */
export function wrapMargins(map: Tensor, { width, height }: PatchGrid, { x, y }: { x: number; y: number }): Tensor {
  map.session.run(wrapKernel, {
    read: {},
    write: { map },
    params: { ht: height, wt: width, mx: x, my: y, threads: width * height },
    groups: grid(width * height, 64),
  });
  return map;
}

/** A part of a level: its size and its corner there; `whole` the level's size. */
export interface CutOut extends PatchGrid {
  x: number;
  y: number;
  whole: PatchGrid;
}

/** A coarser level's field carried to this one; coarse: the sizes it was for. `carry`: its tones, too. */
export function liftField(
  s: FieldPixels,
  t: PatchGrid | CutOut,
  field: Tensor,
  coarse: { source: PatchGrid; target: PatchGrid | CutOut },
  carry = false,
): Tensor {
  const [a, b] = [t, coarse.target].map(
    (g: PatchGrid & Partial<CutOut>): CutOut => ({ ...g, x: g.x ?? 0, y: g.y ?? 0, whole: g.whole ?? g }),
  );
  const out = fieldOf(s, t);
  const [fine, from, own, before] = [t, coarse.target, s, coarse.source].map((g) => patches(g, s.patch));
  s.map.session.run(liftKernel, {
    read: { coarse: field },
    write: { field: out },
    params: {
      tw: fine.across,
      cw: from.across,
      ch: from.down,
      bw: before.across,
      sw: own.across,
      sh: own.down,
      r: (s.patch - 1) / 2,
      across: a.whole.width / b.whole.width,
      down: a.whole.height / b.whole.height,
      x: a.x,
      y: a.y,
      cx: b.x,
      cy: b.y,
      carry: carry ? 1 : 0,
      threads: fine.count,
    },
    groups: grid(fine.count, 64),
  });
  return out;
}
