/**
 * The generator: E_seg sees both layouts, their feature difference becomes gamma and beta per level (semantic feature
 * translation), and these modulate E_img's and the decoder's features of the photograph.
 */
import { concat, samples } from '../../autograd/ops/copy/copy.ts';
import { normalize } from '../../autograd/ops/norm/normalize.ts';
import { scale, tanh } from '../../autograd/ops/pointwise/pointwise.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import { downBlock, edge, upBlock } from './blocks.ts';
import { conv, type Declare, type ForwardPass, type Layer } from './layers.ts';
import {
  type FeatureChange,
  featureChange,
  type Modulation,
  noFeatureChange,
  type TranslationOptions,
  translation,
} from './translate.ts';

export interface GeneratorOptions extends TranslationOptions {
  /** Base width c; level l has c * 2^(l+1) channels. A multiple of 4. */
  width: number;
  levels: number;
  /** Channels of a layout: classes when one-hot, 3 for colors, a drawing's planes. */
  layoutChannels: number;
  output: 'tanh' | 'linear';
  /** See Config.network. */
  tail?: 'normed';
  variance?: 'unbiased';
}

export interface Generated {
  /** I_target [N,3,H,W]. */
  image: Tensor;
  /** (gamma_l, beta_l) by level, shallowest first. */
  modulations: Modulation[];
  /** Whether E_seg took part; see `readsLayouts`. */
  read: boolean;
}
/** Whether a parameter belongs to E_seg. */
export const readsLayouts = (name: string): boolean => name.startsWith('encSeg.');
/** image [1,3,H,W] in [-1,1], layouts [1,K,H,W]; H and W are multiples of 2^levels. */
export type Generator = (pass: ForwardPass, source: Tensor, sourceLayout: Tensor, targetLayout: Tensor) => Generated;

/** y = gamma * (x - mean_c) / sqrt(var_c + 1e-5) + beta, mean and variance per channel over space. */
function modulate(x: Tensor, { gamma, beta }: Modulation, variance?: 'unbiased'): Tensor {
  if (!variance) return normalize(x, gamma, beta).y;
  // sqrt(n / (n - 1) var + eps) with the op's biased variance: a factor, and a smaller eps.
  const n = x.shape[2] * x.shape[3];
  return normalize(x, scale(gamma, Math.sqrt((n - 1) / n)), beta, { eps: (1e-5 * (n - 1)) / n }).y;
}

export function declareGenerator(d: Declare, o: GeneratorOptions): Generator {
  const widths = Array.from({ length: o.levels }, (_, l) => o.width * 2 ** l); // channels into level l
  const deepest = o.width * 2 ** o.levels;
  const segHead = edge(d, 'encSeg.head', o.layoutChannels, o.width, 7);
  const segDown = widths.map((c, l) => downBlock(d, `encSeg.${l}`, c));
  const imgHead = edge(d, 'encImg.head', 3, o.width, 7);
  const imgDown = widths.map((c, l) => downBlock(d, `encImg.${l}`, c));
  const imgTail = edge(d, 'encImg.tail', deepest, deepest, 3);
  const translate = widths.map((c, l) => translation(d, `sft.${l}`, 2 * c, o));
  const decHead = edge(d, 'dec.head', deepest, deepest, 3);
  const decUp = widths.map((c, l) => upBlock(d, `dec.${l}`, 2 * c));
  const decTail: Layer = o.tail
    ? edge(d, 'dec.tail', o.width, 3, 3)
    : conv(d, 'dec.tail.conv', o.width, 3, { k: 3, pad: 1, reflect: true, bias: true });

  d.pair('encSeg.', 'encImg.');

  return (pass, source, sourceLayout, targetLayout) => {
    // Equal layouts have equal features, and what is read off those is constant: E_seg has no part in it, and no
    // gradient. Only running statistics would have to be moved all the same.
    const read = sourceLayout !== targetLayout || pass.running !== null;
    const features = read ? layoutFeatures(pass, sourceLayout, targetLayout) : null;
    const modulations: Modulation[] = [];
    let x = imgHead(pass, source);
    for (const [l, c] of widths.entries()) {
      // Level by level, so that both encoders' equal blocks stand side by side and can share launches.
      const layouts = features?.(l);
      const imageFeatures = imgDown[l](pass, x);
      const change = layouts ? featureChange(layouts[0], layouts[1], o.ratio) : unchanged(sourceLayout, c, l);
      modulations.push(translate[l](pass, change));
      x = modulate(imageFeatures, modulations[l], o.variance);
    }
    x = decHead(pass, imgTail(pass, x));
    for (let l = o.levels - 1; l >= 0; l--) x = decUp[l](pass, modulate(x, modulations[l], o.variance));
    const image = decTail(pass, x);
    return { image: o.output === 'tanh' ? tanh(image) : image, modulations, read };
  };

  function unchanged({ session, shape: [n, , h, w] }: Tensor, c: number, l: number): FeatureChange {
    return noFeatureChange(session, [n, 2 * c, h >> (l + 1), w >> (l + 1)]);
  }

  /**
   * E_seg's features of both layouts after each down block, with shared weights: level l's F_source and F_target, asked
   * for in order.
   */
  function layoutFeatures(
    pass: ForwardPass,
    sourceLayout: Tensor,
    targetLayout: Tensor,
  ): (l: number) => [Tensor, Tensor] {
    if (!pass.running && sourceLayout.shape.every((n, i) => n === targetLayout.shape[i])) {
      // One batch: the statistics are each sample's own, so nothing mixes.
      let both = segHead(pass, concat([sourceLayout, targetLayout], 0));
      return (l) => {
        both = segDown[l](pass, both);
        return [samples(both, 0, 1), samples(both, 1, 2)];
      };
    }
    let [s, t] = [segHead(pass, sourceLayout), segHead(pass, targetLayout)];
    return (l) => [(s = segDown[l](pass, s)), (t = segDown[l](pass, t))];
  }
}
