/**
 * Semantic feature translation (SFT): what changes between two layouts, as a scale and a shift per position.
 *   F_scale = F_target / F_source, F_shift = F_target - F_source; gamma = SFTscale(F_scale), beta = SFTshift(F_shift).
 */
import { contrastOp } from '../autograd/ops/contrast.ts';
import { concat, samples } from '../autograd/ops/copy.ts';
import { div, sub } from '../autograd/ops/pointwise.ts';
import type { Tensor } from '../autograd/tensor.ts';
import { plainResidual } from './blocks.ts';
import { chain, conv, type Declare, type Layer, type Pass } from './layers.ts';

export interface TranslationOptions {
  /** `linear`: one 1x1 layer each [S]. `residual`: residual block and two 1x1 layers [C]. */
  sft: 'linear' | 'residual';
  /** `raw`: the plain ratio [S, C]. `bounded`: ours, see contrast. */
  ratio: 'raw' | 'bounded';
}
export interface Modulation { gamma: Tensor; beta: Tensor }

/** Features of LeakyReLU pass near zero, where their ratio explodes; (t s + eps) / (s^2 + eps) is 1 where both agree and stays finite. */
const boundEpsilon = 0.1;

/** F_scale and F_shift. */
function contrast(source: Tensor, target: Tensor, ratio: TranslationOptions['ratio']): [Tensor, Tensor] {
  if (ratio === 'raw') return [div(target, source), sub(target, source)];
  const both = contrastOp([concat([source, target], 0)], { eps: boundEpsilon });
  return [samples(both, 0, 1), samples(both, 1, 2)];
}

function head(d: Declare, name: string, c: number, kind: TranslationOptions['sft']): Layer {
  if (kind === 'linear') return conv(d, `${name}.linear`, c, c, { k: 1, bias: true });
  return chain(
    plainResidual(d, `${name}.res`, c),
    conv(d, `${name}.fc1`, c, c / 2, { k: 1, bias: true, slope: 0 }),
    conv(d, `${name}.fc2`, c / 2, c, { k: 1, bias: true }),
  );
}

/** One level's translation; features [1,c,H,W]. */
export function translation(d: Declare, name: string, c: number, o: TranslationOptions): (pass: Pass, source: Tensor, target: Tensor) => Modulation {
  const scale = head(d, `${name}.scale`, c, o.sft);
  const shift = head(d, `${name}.shift`, c, o.sft);
  return (pass, source, target) => {
    const [ratio, difference] = contrast(source, target, o.ratio);
    return { gamma: scale(pass, ratio), beta: shift(pass, difference) };
  };
}
