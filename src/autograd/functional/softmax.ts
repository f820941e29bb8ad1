/** Softmax over the channels of [N,K,H,W], made of other ops, so gradients of every order exist. */

import { exp, log, sub } from '../ops/pointwise/pointwise.ts';
import { max } from '../ops/reduce/reduce.ts';
import { sum } from '../ops/reduce/sum.ts';
import { detach } from '../tape.ts';
import type { Tensor } from '../tensor.ts';

const overChannels = { axes: [1] };

/** x - log(sum_k exp(x_k)). The maximum is taken off first; it cancels, so it needs no gradient. */
export function logSoftmax(x: Tensor): Tensor {
  const shifted = sub(x, max([detach(x)], overChannels));
  return sub(shifted, log(sum([exp(shifted)], overChannels)));
}

/** exp(x) / sum_k exp(x_k). */
export const softmax = (x: Tensor): Tensor => exp(logSoftmax(x));
