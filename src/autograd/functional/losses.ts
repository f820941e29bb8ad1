/** Losses made of ops, each a tensor of shape [1]. x is a discriminator's map, real scores high. */

import { meanAll, meanErrorOp } from '../ops/loss/meanError.ts';
import { affine, relu, scale, softplus } from '../ops/pointwise/pointwise.ts';
import type { Tensor } from '../tensor.ts';

/** mean |a - b|. */
export const l1 = (a: Tensor, b: Tensor): Tensor => meanErrorOp([a, b], { kind: 'absolute', value: 0 });
/** mean (a - b)^2. */
export const mse = (a: Tensor, b: Tensor): Tensor => meanErrorOp([a, b], { kind: 'square', value: 0 });
/** mean |x - value|, against a number. */
export const l1To = (x: Tensor, value: number): Tensor => meanErrorOp([x], { kind: 'absolute', value });

/** mean (x - value)^2, against a number: least-squares GAN (Mao et al. 2017), value 1 for real, 0 for fake. */
export const leastSquares = (x: Tensor, value: number): Tensor => meanErrorOp([x], { kind: 'square', value });

/** mean max(0, 1 - x): the discriminator's hinge on real images (Lim and Ye 2017; Miyato et al. 2018, eq. 16). */
export const hingeReal = (x: Tensor): Tensor => meanAll(relu(affine(x, -1, 1)));
/** mean max(0, 1 + x): the discriminator's hinge on fake images (the same). */
export const hingeFake = (x: Tensor): Tensor => meanAll(relu(affine(x, 1, 1)));
/**
 * -mean x: the generator's side of the hinge loss (the same, eq. 17), and of the Wasserstein loss (Arjovsky et al.
 * 2017).
 */
export const hingeGenerator = (x: Tensor): Tensor => scale(meanAll(x), -1);

/** mean softplus(-x) = -mean log sigmoid(x): the discriminator on real images, and the generator on its own, in the
 * non-saturating form (Goodfellow et al. 2014). */
export const logisticReal = (x: Tensor): Tensor => meanAll(softplus(scale(x, -1)));
/** mean softplus(x) = -mean log(1 - sigmoid(x)): the discriminator on fake images (the same). */
export const logisticFake = (x: Tensor): Tensor => meanAll(softplus(x));
/** G against it, non-saturating: mean log(1 + exp(-x)), which is the loss of reals (Goodfellow et al. 2014). */
export const logisticGenerator = logisticReal;
