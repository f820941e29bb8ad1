/** Options and settings of inpainting, and what follows from them for the levels and rounds. */
import type { PatchGrid, SearchPass } from '../../../autograd/nnf/patchField.ts';
import type { Session } from '../../../autograd/session.ts';
import type { Picture } from '../../../data/image/image.ts';
import type { GuideWeights } from '../guides.ts';

/** Settings of inpainting. */
export interface InpaintSettings {
  /** Side of a patch in pixels, odd, at most 9. */
  patch: number;
  /** Shorter side of the coarsest level in pixels, at least. */
  coarsest: number;
  /** Size of a level divided by the next finer one's, 0 to 1. */
  ratio: number;
  /** Rounds by level, coarsest first; the last number serves all further levels. */
  rounds: number[];
  /** Levels are searched in full up to this many pairs of patches, else by PatchMatch from the level before. */
  fullPairs: number;
  /** Weights of the guide channels. */
  guides: GuideWeights;
  /** Cost of using the same source patches again and again. */
  repetition: number;
  /** Standard deviation of a patch's vote in pixels. */
  sigma: number;
  /** The same in the last round of a level. */
  sharp: number;
  /** How much less worse matches count: exp(-trust distance), distances per pixel as in Field. */
  trust: number;
}
/** The weight of a patch's vote for a pixel of another class than it is to have, against 1. */
export const stray = 1e-3;
/** Chosen by eye on the painted scenes [M]. */
export const defaultInpainting: InpaintSettings = {
  patch: 7,
  coarsest: 24,
  ratio: 0.5,
  rounds: [12, 8, 5, 3],
  fullPairs: 1e6,
  repetition: 0.2,
  sigma: 1.5,
  sharp: 0.8,
  trust: 8,
  guides: { near: 2, far: 0.5, farRadius: 0.06, across: 0.15, down: 0.5, within: 0, castShadow: 0, mirrored: 0 },
};
/**
 * Where no layout says what is to be there, the height in the picture does: what goes across a hole (waves, a shore)
 * begins as a blur of all of it, which the plainest region around matches best, and fills (coast, a hole over sea and
 * sand: all sand with `down` 0.5, waves with 2, 4 and 8) [M].
 */
export const unguidedInpainting: InpaintSettings = {
  ...defaultInpainting,
  guides: { ...defaultInpainting.guides, down: 4 },
};

/**
 * Classes of all pixels, 0..count-1: as the photograph is (`now`), and as it is to be (`wanted`, other in the hole
 * only).
 */
export interface HoleLayout {
  /** Number of classes. */
  count: number;
  /** Shape [H,W], as the photograph is. */
  now: Uint8Array;
  /** Shape [H,W], as it is to be. */
  wanted: Uint8Array;
}

/** What is to be filled, and with what. */
export interface InpaintOptions {
  /** The device that computes. */
  session: Session;
  /** RGBA; pixels that are not opaque are no patch source. */
  photo: Picture;
  /** Shape [H,W], 1 where the photograph is to be filled. */
  hole: Uint8Array;
  /** Shape [H,W], 0 where patches may not come from. */
  sample?: Uint8Array;
  /** Other photographs to take patches from, too; at the photograph's scale. */
  others?: readonly Picture[];
  /** Keeps what fills each place to its class; not with `others`, whose classes are unknown. */
  layout?: HoleLayout;
  /**
   * What the hole is filled with to begin with, of the photograph's size, e.g. a generator's picture; the membrane over
   * the hole without.
   */
  draft?: Picture;
  /** Another seed gives another result; default 0. */
  seed?: number;
  /** Default: `defaultInpainting` with a layout, `unguidedInpainting` without. */
  settings?: InpaintSettings;
  /** Looked at between levels, and bands of large ones; an abort rejects with its reason. */
  signal?: AbortSignal;
  /** See `searchedBytes`: for tests. */
  searched?: number;
  /** Pixels of a band of a large level, about: for tests. */
  bandPixels?: number;
}

/** Levels whose guides take at most so many bytes are searched: 2 megapixels of two classes, 0.7 of ten [M]. */
export const searchedBytes = 1 << 25;

/**
 * The scale, 1 or 1/2^k, of the finest level that is searched: its guides, as floats of all photographs one under the
 * other, fit into `most` bytes.
 */
export function searchedScale(pictures: readonly PatchGrid[], classes: number, most = searchedBytes): number {
  const width = Math.max(...pictures.map((p) => p.width));
  const height = pictures.reduce((sum, p) => sum + p.height, 0);
  const perPixel = 16 * Math.ceil((classes + 2) / 4);
  let f = 1;
  while (width * height * f * f * perPixel > most) f /= 2;
  return f;
}

/** Scales of the levels, coarsest first, 1 last. `shorter`: the shortest side of all pictures. */
export function inpaintingScales(shorter: number, { coarsest, ratio }: InpaintSettings): number[] {
  const out = [1];
  while (shorter * out[0] * ratio >= coarsest) out.unshift(out[0] * ratio);
  return out;
}

/**
 * Neighbors far, then near; random search from a quarter of the source down to a few pixels; all of it `times` times.
 */
export const passesOf = ({ width, height }: PatchGrid, times: number): SearchPass[] => {
  const far = Math.max(width, height);
  return Array.from({ length: times }, () => [
    { jump: 8, radius: far / 2 },
    { jump: 4, radius: far / 8 },
    { jump: 2, radius: far / 32 },
    { jump: 1, radius: 3 },
  ]).flat();
};
