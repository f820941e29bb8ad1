/**
 * Semantic feature translation (SFT): what changes between two layouts, as a scale and a shift per position.
 *   F_scale = F_target / F_source, F_shift = F_target - F_source; gamma = SFTscale(F_scale), beta = SFTshift(F_shift).
 */
import { fill } from '../../autograd/kernels/fill.ts';
import { concat, samples } from '../../autograd/ops/copy/copy.ts';
import { featureDifferenceOp } from '../../autograd/ops/loss/featureDifference.ts';
import { div, sub } from '../../autograd/ops/pointwise/pointwise.ts';
import type { OpSession, Shape, Tensor } from '../../autograd/tensor.ts';
import { plainResidual } from './blocks.ts';
import { chain, conv, type Declare, type ForwardPass, type Layer } from './layers.ts';

export interface TranslationOptions {
  /** `linear`: one 1x1 layer each [S]. `residual`: residual block and two 1x1 layers [C]. */
  sft: 'linear' | 'residual';
  /** `raw`: the plain ratio [S, C]. `bounded`: ours, see featureChange. */
  ratio: 'raw' | 'bounded';
}
export interface Modulation {
  gamma: Tensor;
  beta: Tensor;
}

/**
 * Features of LeakyReLU pass near zero, where their ratio explodes; (t s + eps) / (s^2 + eps) is 1 where both agree and
 * stays finite.
 */
const boundEpsilon = 0.1;

/** What changes between two layouts' features at one level, [N,c,H,W] each. */
export interface FeatureChange {
  /** F_scale. */ ratio: Tensor /** F_shift. */;
  difference: Tensor;
}

export function featureChange(source: Tensor, target: Tensor, ratio: TranslationOptions['ratio']): FeatureChange {
  if (ratio === 'raw') return { ratio: div(target, source), difference: sub(target, source) };
  const n = source.shape[0];
  const both = featureDifferenceOp([concat([source, target], 0)], { eps: boundEpsilon });
  return { ratio: samples(both, 0, n), difference: samples(both, n, 2 * n) };
}

/** The same for equal features: constants, whatever the features are. */
export const noFeatureChange = (session: OpSession, shape: Shape): FeatureChange => ({
  ratio: fill(session, shape, 1),
  difference: fill(session, shape, 0),
});

function head(d: Declare, name: string, c: number, kind: TranslationOptions['sft']): Layer {
  if (kind === 'linear') return conv(d, `${name}.linear`, c, c, { k: 1, bias: true });
  return chain(
    plainResidual(d, `${name}.res`, c),
    conv(d, `${name}.fc1`, c, c / 2, { k: 1, bias: true, slope: 0 }),
    conv(d, `${name}.fc2`, c / 2, c, { k: 1, bias: true }),
  );
}

/** One level's translation. */
export function translation(
  d: Declare,
  name: string,
  c: number,
  o: TranslationOptions,
): (pass: ForwardPass, change: FeatureChange) => Modulation {
  const scale = head(d, `${name}.scale`, c, o.sft);
  const shift = head(d, `${name}.shift`, c, o.sft);
  return (pass, { ratio, difference }) => ({ gamma: scale(pass, ratio), beta: shift(pass, difference) });
}
