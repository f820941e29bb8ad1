/** SPADE's losses: hinge, feature matching and, where VGG weights are given, VGG features, as published. */

import { hingeFake, hingeGenerator, hingeReal, l1 } from '../../../autograd/functional/losses.ts';
import { concat, samples } from '../../../autograd/ops/copy/copy.ts';
import { meanOfTerms, weightedSum } from '../../../autograd/ops/loss/weightedSum.ts';
import { detach } from '../../../autograd/tape.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import type { ForwardPass } from '../../networks/layers.ts';
import { type Vgg, vggLayers } from '../../networks/vgg.ts';
import { type Losses, untaped } from '../../training/steps.ts';
import type { SpadeDiscriminator, SpadeDiscriminatorOutput, SpadeGenerator, SpadePass } from './networks.ts';

export interface SpadeNetworks {
  g: SpadeGenerator;
  d: SpadeDiscriminator;
  gPass: SpadePass;
  dPass: ForwardPass;
}
/** A layout [1,K,H,W] and its image [1,3,H,W]. */
export interface SpadePair {
  layout: Tensor;
  image: Tensor;
}

/** Weights of feature matching and of VGG features. */
export const lambda = 10;
const vggWeights = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1];

/** Fake and real pictures of one layout as a batch of two. */
const discriminate = (
  { d, dPass }: SpadeNetworks,
  layout: Tensor,
  fake: Tensor,
  real: Tensor,
): SpadeDiscriminatorOutput[] => d(dPass, concat([layout, layout], 0), concat([fake, real], 0));

/** D: hinge on real and on fake, mean over the scales. */
export function spadeDiscriminatorLoss(
  n: SpadeNetworks,
  { layout, image }: SpadePair,
): { loss: Tensor; losses: Losses } {
  const fake = untaped(layout.session, () => n.g(n.gPass, layout));
  const outputs = discriminate(n, layout, fake, image);
  const losses = {
    fake: meanOfTerms(outputs.map(({ map }) => hingeFake(samples(map, 0, 1)))),
    real: meanOfTerms(outputs.map(({ map }) => hingeReal(samples(map, 1, 2)))),
  };
  return {
    loss: weightedSum([
      [losses.fake, 1],
      [losses.real, 1],
    ]),
    losses,
  };
}

/**
 * G: -mean D(fake), 10 x mean over the scales of the sum over layers of L1 of D's features, and 10 x VGG's weighted L1.
 */
export function spadeGeneratorLoss(
  n: SpadeNetworks,
  { layout, image }: SpadePair,
  vgg?: Vgg | null,
): { loss: Tensor; losses: Losses } {
  const fake = n.g(n.gPass, layout);
  const outputs = discriminate(n, layout, fake, image);
  const losses: Losses = {
    adversarial: meanOfTerms(outputs.map(({ map }) => hingeGenerator(samples(map, 0, 1)))),
    features: weightedSum(
      outputs.flatMap(({ taps }) =>
        taps.map((t) => [l1(samples(t, 0, 1), detach(samples(t, 1, 2))), 1 / outputs.length] as const),
      ),
    ),
  };
  if (vgg) {
    const real = untaped(layout.session, () => vgg.features(image, vggLayers));
    losses.vgg = weightedSum(vgg.features(fake, vggLayers).map((f, i) => [l1(f, real[i]), vggWeights[i]] as const));
  }
  return {
    loss: weightedSum([
      [losses.adversarial, 1],
      [losses.features, lambda],
      ...(losses.vgg ? [[losses.vgg, lambda] as const] : []),
    ]),
    losses,
  };
}
