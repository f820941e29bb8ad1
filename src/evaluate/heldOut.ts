/**
 * Which method is better on a photograph whose targets have no known truth: the photograph itself is warped together
 * with its layout, in ways that no training saw. The warped photograph is the truth for the warped layout.
 */
import { fitSize, type Picture, resize } from '../data/image/image.ts';
import { resizerOf } from '../data/layout/drawing/drawing.ts';
import type { Source, Target } from '../data/prepare.ts';
import { warpedPair } from './layoutClassifier/warps.ts';
import { perceptualDistance } from './metrics/perceptual.ts';

/** A method as it is compared: its pictures of layouts of the source given, in their order. */
export interface Contender {
  name: string;
  paint(source: Source, targets: readonly Target[]): Promise<Picture[]>;
}

/** What a contender came to. */
export interface HeldOutScore {
  name: string;
  /** Mean perceptual distance to the truths; lower is better. */
  distance: number;
}

/** Longer side of the pictures compared in pixels, how many pairs, and the seed of their warps. */
const comparedSide = 320;
const pairs = 2;
const seed = 0x5eed;

/** The source at a size where comparing costs seconds. */
function smallSource(source: Source): Source {
  const { width, height } = fitSize(source.width, source.height, comparedSide);
  return {
    ...source,
    width,
    height,
    photo: resize(source.photo, width, height),
    labels: resizerOf(source.palette)(source.labels, source.width, source.height, width, height),
  };
}

/** The mean perceptual distance of each contender on warps of the photograph, in the contenders' order. */
export async function compareHeldOut(source: Source, contenders: readonly Contender[]): Promise<HeldOutScore[]> {
  const small = smallSource(source);
  // Mirrored truths are out of reach for patches.
  const warps = Array.from({ length: pairs }, (_, n) => warpedPair(small, seed, n, { mirror: false }));
  const targets = warps.map(
    ({ width, height, labels }, n): Target => ({ name: `warp ${n}`, width, height, labels, notes: [] }),
  );
  const scores: HeldOutScore[] = [];
  for (const contender of contenders) {
    const pictures = await contender.paint(small, targets);
    const sum = pictures.reduce((total, p, i) => total + perceptualDistance(p, warps[i].photo), 0);
    scores.push({ name: contender.name, distance: sum / pairs });
  }
  return scores;
}
