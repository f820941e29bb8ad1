/** Settings of patch synthesis, and what follows from them for the levels and rounds. */
import type { PatchGrid, SearchPass } from '../../autograd/nnf/patchField.ts';
import type { ToneSettings } from '../../autograd/nnf/tone.ts';
import type { GuideWeights } from './guides.ts';
import { placeless, type Tile } from './tile.ts';

/** Evening out of steps between patches: see autograd/nnf/tone.ts; `reach` in longer sides of the picture. */
export interface ToneOptions extends Pick<ToneSettings, 'spread' | 'largest' | 'other' | 'reach'> {
  /** The reach where there is a draft, whose colors tones then fade to; 0: they fade to none there, too. */
  pull: number;
}

/** Settings of patch synthesis. */
export interface SynthesisOptions {
  /** Side of a patch in pixels, odd, at most 9. */
  patch: number;
  /** Shorter side of the coarsest level in pixels, of source or target, whichever is less. */
  coarsest: number;
  /** Size of a level divided by the next finer one's, 0 to 1. */
  ratio: number;
  /** Levels up to this many pixels are searched in full, finer ones by PatchMatch from the level before. */
  fullPixels: number;
  /** Rounds by level, coarsest first; the last number serves all further levels. */
  rounds: number[];
  /** Weights of the guide channels. */
  guides: GuideWeights;
  /**
   * Factor on the guide weights except the near one with every doubling of the size: the finer a level, the more its
   * colors decide.
   */
  fade: number;
  /**
   * Weight of the draft's colors at patch centers, against those that the source's own draft has there. It counts at
   * all levels, those larger than the draft too. 0: the draft decides only how bright a place is (`tones`) [M].
   */
  draft: number;
  /** Whether the draft is matched at levels up to its size, in place of a search by classes and guides. */
  fromDraft: boolean;
  /** Cost of using the same source patches again and again: keeps small patterns from repeating. */
  repetition: number;
  /** Random part of the first match's distances: large areas start with much of the source in them. */
  noise: number;
  /** Standard deviation of a patch's vote in pixels. */
  sigma: number;
  /** The same in the last round of a level. */
  sharp: number;
  /** Evening out of the steps between patches, after the last round; null: none, as in a tile. */
  tones: ToneOptions | null;
}
export const defaultSynthesis: SynthesisOptions = {
  patch: 5,
  coarsest: 24,
  ratio: 0.5,
  fullPixels: 48 * 48,
  rounds: [8, 5, 3, 2],
  sigma: 1.5,
  sharp: 0.35,
  fade: 0.8,
  repetition: 0.5,
  noise: 0,
  draft: 0,
  fromDraft: false,
  tones: { spread: 0.1, largest: 0.4, other: 0, reach: 0.3, pull: 0.04 },
  guides: { near: 4, far: 1.5, farRadius: 0.06, across: 0.3, down: 1.2, within: 1, castShadow: 2.5, mirrored: 1 },
};

/**
 * For drawings: a line beside its place costs less than another class, since no two lines agree to the pixel; the lines
 * around a place count more.
 */
export const lineSynthesis: SynthesisOptions = {
  ...defaultSynthesis,
  fromDraft: true,
  draft: 1,
  guides: { near: 0.5, far: 3, farRadius: 0, across: 0.3, down: 1.2, within: 0, castShadow: 0, mirrored: 0 },
};

/** Scales of the levels, coarsest first, 1 last. */
export function scales(shorter: number, { coarsest, ratio }: SynthesisOptions): number[] {
  const out = [1];
  while (shorter * out[0] * ratio >= coarsest) out.unshift(out[0] * ratio);
  return out;
}

/** Guide weights at scale f: faded with every doubling since the coarsest; in a tile, without those of places. */
export function weightsAt(
  { fade, guides }: SynthesisOptions,
  f: number,
  coarsest: number,
  tile: Tile | null,
): GuideWeights {
  const weight = fade ** Math.log2(f / coarsest);
  const { near, farRadius, far, across, down, within, castShadow, mirrored } = guides;
  const own = {
    near,
    farRadius,
    far: far * weight,
    across: across * weight,
    down: down * weight,
    within: within * weight,
    castShadow: castShadow * weight,
    mirrored: mirrored * weight,
  };
  return tile ? placeless(own, tile) : own;
}

/**
 * A round of PatchMatch. Neighbors far, then near; random search from a quarter of the picture down to a few pixels.
 */
export function passes({ width, height }: PatchGrid): SearchPass[] {
  const far = Math.max(width, height);
  return [
    { jump: 4, radius: far / 4 },
    { jump: 2, radius: far / 16 },
    { jump: 1, radius: 4 },
    { jump: 1, radius: 2 },
  ];
}

/**
 * Least noise of a tile's first match: without guides of places all candidates are alike, and the first of them would
 * be taken everywhere.
 */
const tileNoise = 0.5;
export const firstNoise = ({ noise }: SynthesisOptions, tile: Tile | null): number =>
  tile ? Math.max(noise, tileNoise) : noise;
