/**
 * The gradient of matched cosine distances towards the target, composed of ops: patches as columns, sums, quotients.
 * Memory: about four times the target unfolded, C * p * p * patches values each.
 */
import { Tensor } from '../../tensor.ts';
import { crop } from '../copy/slice.ts';
import { add, affine, clamp, div, mul, sqrt, square, stepGate, sub } from '../pointwise/pointwise.ts';
import { sum } from '../reduce/sum.ts';
import { foldAt, unfoldAt } from './unfoldAt.ts';

/** Matches whose distances are differentiated. */
export interface CosineMatches {
  /** [1,C,H,W] each. */
  target: Tensor;
  source: Tensor;
  /** u32 [k, patches]: the matches, held fixed. */
  indices: Tensor;
  /** f32 [source patches]: factor of every source patch's distance. */
  factor?: Tensor;
  /** The gradient of the distances, [k, patches]. */
  dy: Tensor;
  patch: number;
  k: number;
  border: 'valid' | 'clamp';
}

/**
 * The kernel's floor of |t||s| (nearest/generic.wgsl). Below it, a patch of zeros after a ReLU, say, has no direction:
 * its gradient here is 0, where the quotient by the floor would give 1e8 |s|.
 */
const least = 1e-8;
/** Keeps 0 / 0 out of patches of zeros, which are gated off anyway. */
const tiny = 1e-30;
const huge = 3e38;

/** Row j of [k, n], as [1, 1, 1, n]. The copy moves bits, so it serves u32 too. */
function row(x: Tensor, j: number): Tensor {
  const [k, n] = x.shape;
  const bits = new Tensor(x.session, [1, 1, k, n], 'f32', x.storage);
  return k === 1 ? bits : crop(bits, j, 0, 1, n);
}
const asIndices = (bits: Tensor): Tensor => new Tensor(bits.session, [bits.size], 'u32', bits.storage);
const overElements = (x: Tensor): Tensor => sum([x], { axes: [1] });

/**
 * d sum(dy * distance) / d target, [1,C,H,W], for distance = (1 - <t,s> / (|t||s|)) * factor: per patch <t,s> t /
 * (|t||s| |t|^2) - s / (|t||s|), times dy and factor, summed over the k matches.
 */
export function cosineGradient({ target, source, indices, factor, dy, patch, k, border }: CosineMatches): Tensor {
  const t = unfoldAt(target, patch, undefined, border); // [1, C*p*p, 1, patches]
  const tt = overElements(square(t)); // [1, 1, 1, patches]
  const factors = factor?.view([1, 1, 1, factor.size]);
  let columns: Tensor | null = null;
  for (let j = 0; j < k; j++) {
    const matched = asIndices(row(indices, j));
    const s = unfoldAt(source, patch, matched, border);
    const product = overElements(mul(t, s));
    const norm = mul(sqrt(tt), sqrt(overElements(square(s))));
    const floored = clamp(norm, least, huge);
    // A factor per source patch is an image of one row, and its value at a match a patch of one pixel.
    const given = factors ? mul(row(dy, j), unfoldAt(factors, 1, matched)) : row(dy, j);
    const g = stepGate(given, affine(norm, 1, -least));
    const along = div(mul(g, div(product, floored)), clamp(tt, tiny, huge));
    const term = sub(mul(along, t), mul(div(g, floored), s));
    columns = columns ? add(columns, term) : term;
  }
  return foldAt(columns!, patch, target.shape[2], target.shape[3], undefined, border);
}
