/**
 * Which method is better on a photograph whose targets have no known truth: the photograph itself is warped together
 * with its layout, in ways that no training saw. The warped photograph is the truth for the warped layout.
 */
import { fitSize, type Picture, resize } from '../data/image/image.ts';
import { resizerOf } from '../data/layout/drawing/drawing.ts';
import type { Source, Target } from '../data/prepare.ts';
import { warpedPair } from './layoutClassifier/warps.ts';
import { perceptualDistance } from './metrics/perceptual.ts';

/** A method as it is compared: its picture of a layout of the source given. */
export interface Contender {
  name: string;
  paint(source: Source, target: Target): Promise<Picture>;
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
  const sums = contenders.map(() => 0);
  for (let n = 0; n < pairs; n++) {
    // Mirrored truths are out of reach for patches.
    const { width, height, photo, labels } = warpedPair(small, seed, n, { mirror: false });
    const target: Target = { name: `warp ${n}`, width, height, labels, notes: [] };
    for (const [i, contender] of contenders.entries())
      sums[i] += perceptualDistance(await contender.paint(small, target), photo);
  }
  return contenders.map(({ name }, i) => ({ name, distance: sums[i] / pairs }));
}
