/** The list of ops: what tests, goldens and checks go through. An op is its own file and one line here. */
import type { Op } from '../op.ts';
import { biasOp } from './bias.ts';
import { contrastOp } from './contrast.ts';
import { conv2dOp, convInput, convWeight } from './conv2d.ts';
import { concatOp, expand, flip, permute, window } from './copy.ts';
import { crossEntropyOp } from './crossEntropy.ts';
import { dropoutOp } from './dropout.ts';
import { argmaxOp, oneHotOp } from './labels.ts';
import { matmulOp } from './matmul.ts';
import { meanErrorOp } from './meanError.ts';
import { gaussianNoiseOp, uniformNoiseOp } from './noise.ts';
import { binaryOps, unaryOps } from './pointwise.ts';
import { normalizeOp } from './normalize.ts';
import { patchFewOp } from './patchFew.ts';
import { patchNearestOp } from './patchNearest.ts';
import { patchesAtAdjoint, patchesAtOp } from './patchesAt.ts';
import { poolOps } from './pool.ts';
import { patchVoteOp } from './patchVote.ts';
import { joinOp, partOp } from './ranges.ts';
import { max, mean, sum } from './reduce.ts';
import { reflectFoldOp, reflectPadOp } from './reflectPad.ts';
import { reshape } from './reshape.ts';
import { resizeAdjoint, resizeOp } from './resize.ts';
import { totalOp } from './total.ts';
import { warpLabelsOp, warpOp } from './warp.ts';

// Attributes differ from op to op; the list does not look at them.
export const ops: readonly Op<any>[] = [
  ...Object.values(unaryOps), ...Object.values(binaryOps),
  sum, mean, max, reshape, window, expand, permute, flip, concatOp, partOp, joinOp,
  conv2dOp, convInput, convWeight, normalizeOp, patchNearestOp, patchVoteOp,
  reflectPadOp, reflectFoldOp,
  resizeOp, resizeAdjoint,
  biasOp, contrastOp,
  crossEntropyOp, meanErrorOp, totalOp,
  oneHotOp, argmaxOp,
  warpOp, warpLabelsOp,
  dropoutOp,
  uniformNoiseOp, gaussianNoiseOp,
  matmulOp,
  ...poolOps,
  patchesAtOp, patchesAtAdjoint, patchFewOp,
];
