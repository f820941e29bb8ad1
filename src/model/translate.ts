/**
 * Semantic feature translation (SFT): what changes between two layouts, as a scale and a shift per position.
 *   F_scale = F_target / F_source, F_shift = F_target - F_source; gamma = SFTscale(F_scale), beta = SFTshift(F_shift).
 */
import { affine, div, mul, relu, square, sub } from '../autograd/ops/pointwise.ts';
import type { Tensor } from '../autograd/tensor.ts';
import { plainResidual } from './blocks.ts';
import { chain, conv, type Declare, type Layer, type Pass } from './layers.ts';

export interface TranslationOptions {
  /** `linear`: one 1x1 layer each [S]. `residual`: residual block and two 1x1 layers [C]. */
  sft: 'linear' | 'residual';
  /** `raw`: the plain ratio [S, C]. `bounded`: ours, see boundedRatio. */
  ratio: 'raw' | 'bounded';
}
export interface Modulation { gamma: Tensor; beta: Tensor }

/** Features of LeakyReLU pass near zero, where their ratio explodes; this is 1 where both agree and stays finite. */
const boundEpsilon = 0.1;
const boundedRatio = (target: Tensor, source: Tensor): Tensor =>
  div(affine(mul(target, source), 1, boundEpsilon), affine(square(source), 1, boundEpsilon));

function head(d: Declare, name: string, c: number, kind: TranslationOptions['sft']): Layer {
  if (kind === 'linear') return conv(d, `${name}.linear`, c, c, { k: 1, bias: true });
  return chain(
    plainResidual(d, `${name}.res`, c),
    conv(d, `${name}.fc1`, c, c / 2, { k: 1, bias: true }), (_pass, x) => relu(x),
    conv(d, `${name}.fc2`, c / 2, c, { k: 1, bias: true }),
  );
}

/** One level's translation; features [1,c,H,W]. */
export function translation(d: Declare, name: string, c: number, o: TranslationOptions): (pass: Pass, source: Tensor, target: Tensor) => Modulation {
  const scale = head(d, `${name}.scale`, c, o.sft);
  const shift = head(d, `${name}.shift`, c, o.sft);
  return (pass, source, target) => ({
    gamma: scale(pass, o.ratio === 'raw' ? div(target, source) : boundedRatio(target, source)),
    beta: shift(pass, sub(target, source)),
  });
}
