/**
 * The three kinds of training step, as recordings. Each runs inside session.record; the trainer replays the programs.
 */

import { l1 } from '../../autograd/functional/losses.ts';
import { concat } from '../../autograd/ops/copy/copy.ts';
import { crossEntropy } from '../../autograd/ops/loss/crossEntropy.ts';
import { weightedSum } from '../../autograd/ops/loss/weightedSum.ts';
import { dropout } from '../../autograd/ops/noise/dropout.ts';
import { detach } from '../../autograd/tape.ts';
import type { OpSession, Tensor } from '../../autograd/tensor.ts';
import type { Config } from '../config.ts';
import { readsLayouts } from '../networks/generator.ts';
import type { Networks } from '../networks/networks.ts';
import type { TrainingPair } from '../pair.ts';
import { adversarialLoss, featureMatching, fixedPoint, patchCoherence } from './losses.ts';

/** `target`: sampling towards a user's layout, whose picture is a patch synthesis. */
export type StepKind = 'sampling' | 'reconstruction' | 'target';
/** Losses by name, in the order they are reported. */
export type Losses = Record<string, Tensor>;

/** Records work without taping it. */
export function untaped<T>(session: OpSession, work: () => T): T {
  const before = session.taping;
  session.taping = false;
  try {
    return work();
  } finally {
    session.taping = before;
  }
}

/** D: least squares on the photograph of the target layout (real) and on G's picture (fake), one batch of two. */
export function discriminatorStep(
  n: Networks,
  source: TrainingPair,
  target: TrainingPair,
  noisy = source.image,
): Losses {
  const session = source.image.session;
  const fake = untaped(session, () => {
    n.gPass.p.prepare();
    return n.g(n.gPass, noisy, source.layout, target.layout).image;
  });
  n.dPass.p.prepare();
  const output = n.d(n.dPass, concat([fake, target.image], 0));
  const onFake = adversarialLoss(output, 0, 0, 1);
  const onReal = adversarialLoss(output, 1, 1, 2);
  const sum = weightedSum([
    [onFake, 1],
    [onReal, 1],
  ]);
  n.dPass.p.descend(sum);
  return { fake: onFake, real: onReal };
}

/**
 * S: cross-entropy of a photograph against its layout. `drop`: a random counter for dropout, absent for none; `weights`
 * [K] of the classes, absent for equal ones.
 */
export function segmenterStep(n: Networks, side: TrainingPair, drop?: Tensor, weights?: Tensor): Losses {
  n.sPass.p.prepare();
  const logits = n.s(n.sPass, side.image, drop ? (x) => dropout(x, drop, 0.5, 1) : undefined);
  const loss = crossEntropy(logits, side.labels, { weights });
  n.sPass.p.descend(loss);
  return { segmentation: loss };
}

/** What a generator step may use beside the pair. */
export interface Extras {
  /** Of the classes in the semantic alignment, [K]; equal ones without. */
  weights?: Tensor;
  /** The source image with input noise; the image itself without. */
  noisy?: Tensor;
  /** Replaces color patches in the coherence loss, e.g. by VGG features. */
  coherence?: (image: Tensor, source: Tensor, labels: { image: Tensor; source: Tensor }) => Tensor;
}

/** G: all losses of the method's table that belong to the kind of iteration. */
export function generatorStep(
  n: Networks,
  c: Config,
  kind: StepKind,
  source: TrainingPair,
  target: TrainingPair,
  extras: Extras = {},
): Losses {
  n.gPass.p.prepare();
  const { image, modulations, read } = n.g(n.gPass, extras.noisy ?? source.image, source.layout, target.layout);
  n.dPass.p.prepare();
  const output = n.d(n.dPass, concat([image, target.image], 0));
  const w = c.weights;
  const losses: Losses = { adversarial: adversarialLoss(output, 1, 0, 1), features: featureMatching(output) };
  const terms: [Tensor, number][] = [
    [losses.adversarial, w.adversarial],
    [losses.features, w.features],
  ];
  const use = (name: string, loss: Tensor, weight: number): void => {
    losses[name] = loss;
    terms.push([loss, weight]);
  };
  if (kind === 'reconstruction') {
    use('reconstruction', l1(image, source.image), w.reconstruction);
    use('fixedPoint', fixedPoint(modulations), w.fixedPoint);
  } else {
    if (kind === 'target') use('imitation', l1(image, target.image), w.imitation);
    const labels = { image: target.labels, source: source.labels };
    if (w.coherence)
      use(
        'coherence',
        extras.coherence?.(image, source.image, labels) ?? patchCoherence(image, source.image, c.coherence, labels),
        w.coherence,
      );
    if (w.alignment) {
      n.sPass.p.prepare();
      const logits = n.s(n.sPass, c.alignmentActs ? image : detach(image));
      // Without a gradient the loss is only reported, as in the released code.
      use(
        'alignment',
        crossEntropy(logits, target.labels, { weights: extras.weights }),
        c.alignmentActs ? w.alignment : 0,
      );
    }
  }
  const sum = weightedSum(terms);
  losses.total = sum;
  n.gPass.p.descend(sum, read ? {} : { unused: readsLayouts });
  return losses;
}
