/** The losses of the method (table "loss (on G)"), each a function of tensors that returns a scalar [1]. */

import { l1, l1To, leastSquares as squaresTo } from '../../autograd/functional/losses.ts';
import { samples } from '../../autograd/ops/copy/copy.ts';
import { crop } from '../../autograd/ops/copy/slice.ts';
import { meanAll } from '../../autograd/ops/loss/meanError.ts';
import { meanOfTerms, weightedSum } from '../../autograd/ops/loss/weightedSum.ts';
import { patchNearest } from '../../autograd/ops/patch/nearest.ts';
import { avgPool2d } from '../../autograd/ops/spatial/pool.ts';
import { detach } from '../../autograd/tape.ts';
import { Tensor } from '../../autograd/tensor.ts';
import type { DiscriminatorOutput } from '../networks/discriminator.ts';
import type { Modulation } from '../networks/translate.ts';

/**
 * Least squares (Mao et al. 2017): mean over D's two maps of mean((map - goal)^2), for the samples [from, to) of the
 * batch.
 */
export const adversarialLoss = (output: DiscriminatorOutput, goal: 0 | 1, from: number, to: number): Tensor =>
  meanOfTerms(output.maps.map((m) => squaresTo(samples(m, from, to), goal)));

/**
 * Feature matching: mean over D's two taps of mean |tap(fake) - tap(real)|; the batch is [fake, real], and only fake is
 * to move.
 */
export const featureMatching = (output: DiscriminatorOutput): Tensor =>
  meanOfTerms(output.taps.map((t) => l1(samples(t, 0, 1), detach(samples(t, 1, 2)))));

/**
 * Fixed point: an unchanged layout must translate to the identity; sum over levels of mean |gamma - 1| + mean |beta|.
 */
export const fixedPoint = (modulations: readonly Modulation[]): Tensor =>
  weightedSum(
    modulations.flatMap(
      ({ gamma, beta }) =>
        [
          [l1To(gamma, 1), 1],
          [l1To(beta, 0), 1],
        ] as const,
    ),
  );

export interface CoherenceOptions {
  /** Odd side of the patches. */
  patch: number;
  /** Downsampling factors at which patches are compared: 1 is full size. */
  scales: readonly number[];
  /** Whether matches stay inside a class. */
  labels: boolean;
}

/** Labels at patch centers of a map that was shrunk by `factor`, as patchNearest wants them: u32 [patches]. */
export function centerLabels(labels: Tensor, patch: number, factor: number): Tensor {
  const [, h, w] = labels.shape;
  const r = (patch - 1) / 2;
  // The copy ops move bits; the view only gives it four axes.
  const bits = new Tensor(labels.session, [1, 1, h, w], 'f32', labels.storage);
  const small = factor === 1 ? bits : subsample(bits, factor);
  const cut = crop(small, r, r, small.shape[2] - 2 * r, small.shape[3] - 2 * r);
  return new Tensor(labels.session, [cut.size], 'u32', cut.storage);
}

/** Every factor-th element from the middle of each block on. */
function subsample(x: Tensor, factor: number): Tensor {
  const [, , h, w] = x.shape;
  const half = Math.floor(factor / 2);
  const rows = x.view([1, h / factor, factor, w]);
  const picked = crop(rows, half, 0, 1, w); // [1, h/f, 1, w]
  const columns = picked.view([1, h / factor, w / factor, factor]);
  return crop(columns, 0, half, w / factor, 1).view([1, 1, h / factor, w / factor]);
}

/**
 * Patch coherence over ALL patches: (1/N) sum over patches V of the image of min over patches U of the source of d(V,
 * U) [S], d the mean squared difference over the patch's elements; averaged over the scales.
 */
export function patchCoherence(
  image: Tensor,
  source: Tensor,
  o: CoherenceOptions,
  labels?: { image: Tensor; source: Tensor },
): Tensor {
  return weightedSum(
    o.scales.map((factor) => {
      const shrink = (x: Tensor): Tensor => (factor === 1 ? x : avgPool2d(x, factor, factor));
      const guide =
        o.labels && labels
          ? {
              targetLabels: centerLabels(labels.image, o.patch, factor),
              sourceLabels: centerLabels(labels.source, o.patch, factor),
            }
          : {};
      const { distances } = patchNearest(shrink(image), shrink(source), { patch: o.patch, metric: 'l2', ...guide });
      return [meanAll(distances), 1 / (o.scales.length * image.shape[1] * o.patch * o.patch)];
    }),
  );
}
