/** SinGAN's two training steps at one scale, as recordings: WGAN-GP (Gulrajani et al. 2017) and reconstruction. */

import { mse } from '../../../autograd/functional/losses.ts';
import { concat, samples } from '../../../autograd/ops/copy/copy.ts';
import { meanAll } from '../../../autograd/ops/loss/meanError.ts';
import { weightedSum } from '../../../autograd/ops/loss/weightedSum.ts';
import { add, affine, mul, scale, sqrt, square } from '../../../autograd/ops/pointwise/pointwise.ts';
import { sum, sumAll } from '../../../autograd/ops/reduce/sum.ts';
import { gradients } from '../../../autograd/tape.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import { type Losses, untaped } from '../../training/steps.ts';
import type { SinganNetworks } from './networks.ts';

/** What a random sample is made of: noise over the upsampled previous result, and that result; [1,3,H+10,W+10]. */
export interface Draw {
  noisy: Tensor;
  prev: Tensor;
}

/**
 * mean over the pixels of (|gradient of D's summed map there| - 1)^2, at a picture between real and fake. The norm is
 * over a pixel's three channels, as in the released code; the paper leaves it open.
 */
export function gradientPenalty(n: SinganNetworks, real: Tensor, fake: Tensor, mix: Tensor): Tensor {
  const between = untaped(real.session, () => add(mul(real, mix), mul(fake, affine(mix, -1, 1))));
  between.requiresGrad = true;
  const [slopes] = gradients(sumAll(n.d(n.dPass, between)), [between], { twice: true });
  return meanAll(square(affine(sqrt(affine(sum([square(slopes)], { axes: [1] }), 1, 1e-12)), 1, -1)));
}

/** D: mean D(fake) - mean D(real) + penalty. real [1,3,H,W]; `mix` [1]: the share of real in the picture between. */
export function discriminatorLoss(
  n: SinganNetworks,
  real: Tensor,
  draw: Draw,
  mix: Tensor,
  penalty: number,
): { loss: Tensor; losses: Losses } {
  const fake = untaped(real.session, () => n.g(n.gPass, draw.noisy, draw.prev));
  const scores = n.d(n.dPass, concat([fake, real], 0));
  const losses = {
    fake: meanAll(samples(scores, 0, 1)),
    real: meanAll(samples(scores, 1, 2)),
    penalty: gradientPenalty(n, real, fake, mix),
  };
  return {
    loss: weightedSum([
      [losses.fake, 1],
      [losses.real, -1],
      [losses.penalty, penalty],
    ]),
    losses,
  };
}

/** G: -mean D(fake) + the weighted mean squared error of the reconstruction from its fixed noise. */
export function generatorLoss(
  n: SinganNetworks,
  real: Tensor,
  draw: Draw,
  fixed: Draw,
  weight: number,
): { loss: Tensor; losses: Losses } {
  const adversarial = scale(meanAll(n.d(n.dPass, n.g(n.gPass, draw.noisy, draw.prev))), -1);
  const reconstruction = mse(n.g(n.gPass, fixed.noisy, fixed.prev), real);
  return {
    loss: weightedSum([
      [adversarial, 1],
      [reconstruction, weight],
    ]),
    losses: { adversarial, reconstruction },
  };
}
