/** The list of ops: what tests, goldens and checks go through. An op is its own file and one line here. */
import type { Op } from '../op.ts';
import { conv2dOp, convInput, convWeight } from './conv2d/conv2d.ts';
import { concatOp, flip, permute } from './copy/copy.ts';
import { joinOp, partOp } from './copy/ranges.ts';
import { reshape } from './copy/reshape.ts';
import { sliceOrPad } from './copy/slice.ts';
import { argmaxOp, oneHotOp } from './labels/labels.ts';
import { crossEntropyOp } from './loss/crossEntropy.ts';
import { featureDifferenceOp } from './loss/featureDifference.ts';
import { meanErrorOp } from './loss/meanError.ts';
import { weightedSumOp } from './loss/weightedSum.ts';
import { matmulOp } from './matmul/matmul.ts';
import { dropoutOp } from './noise/dropout.ts';
import { gaussianNoiseOp, uniformNoiseOp } from './noise/noise.ts';
import { normalizeOp } from './norm/normalize.ts';
import { kNearestPatchesOp } from './patch/kNearest.ts';
import { patchNearestOp } from './patch/nearest.ts';
import { foldAtOp, unfoldAtOp } from './patch/unfoldAt.ts';
import { patchVoteOp } from './patch/vote.ts';
import { biasOp } from './pointwise/bias.ts';
import { binaryOps, unaryOps } from './pointwise/pointwise.ts';
import { max, mean } from './reduce/reduce.ts';
import { expand, sum } from './reduce/sum.ts';
import { poolOps } from './spatial/pool.ts';
import { reflectFoldOp, reflectPadOp } from './spatial/reflectPad.ts';
import { resizeAdjoint, resizeOp } from './spatial/resize.ts';
import { warpLabelsOp, warpOp } from './spatial/warp.ts';

/** An op whatever its attributes: they differ from op to op, and the list does not look at them. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are both taken and passed on, which only any allows
export type AnyOp = Op<any>;

/** All ops. */
export const ops: readonly AnyOp[] = [
  ...Object.values(unaryOps),
  ...Object.values(binaryOps),
  sum,
  mean,
  max,
  reshape,
  sliceOrPad,
  expand,
  permute,
  flip,
  concatOp,
  partOp,
  joinOp,
  conv2dOp,
  convInput,
  convWeight,
  normalizeOp,
  patchNearestOp,
  patchVoteOp,
  reflectPadOp,
  reflectFoldOp,
  resizeOp,
  resizeAdjoint,
  biasOp,
  featureDifferenceOp,
  crossEntropyOp,
  meanErrorOp,
  weightedSumOp,
  oneHotOp,
  argmaxOp,
  warpOp,
  warpLabelsOp,
  dropoutOp,
  uniformNoiseOp,
  gaussianNoiseOp,
  matmulOp,
  ...poolOps,
  unfoldAtOp,
  foldAtOp,
  kNearestPatchesOp,
];
