/**
 * Every hyper-parameter, and which source it follows: [S] the paper's slides, [C] the released code, [M] our
 * measurement.
 */
export type PresetName = 'code' | 'paper' | 'fixed' | 'fast';
export const presetNames: readonly PresetName[] = ['fixed', 'fast', 'paper', 'code'];
export type Condition = 'onehot' | 'color' | 'sketch';

export interface Config {
  preset: PresetName;
  seed: number;
  /** Longer side of the training image in pixels. */
  size: number;
  /** Outer iterations (each: D, S, `generatorSteps` times G, D). [C] 2500 */
  iterations: number;
  generatorSteps: number;
  /** Every n-th iteration is a reconstruction. [C] 5 */
  reconstructionEvery: number;
  /**
   * Which of each n. [C] the first. The last [M]: an unchanged layout has no gradient towards E_seg, and Adam would
   * turn its
   * rounding noise into full steps before it has seen any other. */
  reconstructionAt: 'first' | 'last';
  /** Iterations from which the rates fall linearly to `finalRate` of themselves. [C] 1000, 0.1 */
  decayFrom: number;
  finalRate: number;
  network: {
    /** Base widths of G, D and S. [S, C] 32, 64, 128 */
    generator: number;
    discriminator: number;
    segmenter: number;
    levels: number;
    sft: 'linear' | 'residual';
    ratio: 'raw' | 'bounded';
    /**
     * `batch`: running statistics at inference [C]. `instance`: the sample's own, in training and at inference alike
     * [M].
     */
    norm: 'batch' | 'instance';
    output: 'tanh' | 'linear';
    /** Behind the last convolution batch normalization and LeakyReLU, and no bias [C]; without: nothing, and a bias. */
    tail?: 'normed';
    /** Divisor of the modulation's variance: pixels - 1 [C]; without: pixels. */
    variance?: 'unbiased';
    /** Layouts as one channel per class, or as RGB [C]; or line drawings in place of layouts (data/drawing.ts). */
    condition: Condition;
  };
  rates: { generator: number; discriminator: number; segmenter: number };
  adam: { beta1: number; beta2: number; eps: number };
  weights: {
    adversarial: number;
    features: number;
    reconstruction: number;
    fixedPoint: number;
    coherence: number;
    alignment: number;
    /** L1 to a target's patch synthesis, in iterations that learn from one [M]. */
    imitation: number;
  };
  coherence: {
    /** `all`: every patch [S]. `sampled`: 15 random patches, mean of the 5 nearest [C]. */
    kind: 'all' | 'sampled';
    patch: number;
    scales: number[];
    /** Whether matches stay inside a class [M]. */
    labels: boolean;
  };
  /**
   * Class weights of both cross-entropies, (median frequency / frequency)^balance: 1 is Eigen and Fergus's (ICCV 2015),
   * 0 or absent none [S, C].
   */
  balance?: number;
  /** What a reconstruction iteration reconstructs: the photograph [S] or its warp [C]. */
  reconstruct: 'source' | 'augmented';
  /** Whether semantic alignment has a gradient; [C] computes it without one. */
  alignmentActs: boolean;
  augment: {
    /** Iterations until full strength. [C] 1000 */
    ramp: number;
    flip: number;
    warp: number /** Largest move of a control point, as a share of the width. */;
    warpMove: number;
    /** Scaling U(1, 1 + zoom). */ zoom: number /** Degrees; 0 off. */;
    rotate: number /** Share of the size; 0 off. */;
    shift: number;
    /** Probability that source and augmented pair swap roles. [C] 0.5 */
    swap: number;
    /** Uniform input noise, in units of the image's [-1, 1]. [C] 1/255 */
    noise: number;
  };
  /**
   * Share of sampling iterations that learn from the user's targets and their patch syntheses. [M] 0 for paper and code
   */
  targetShare: number;
  /** Rounds of patch refinement on a rendered picture, at its own size. [M] 0 for paper and code */
  refine: number;
  /** Share of patch syntheses at the training size in the draft that is refined. [M] 0 for paper and code */
  blend: number;
}

const code: Config = {
  preset: 'code',
  seed: 0,
  size: 256,
  iterations: 2500,
  generatorSteps: 10,
  reconstructionEvery: 5,
  reconstructionAt: 'first',
  decayFrom: 1000,
  finalRate: 0.1,
  network: {
    generator: 32,
    discriminator: 64,
    segmenter: 128,
    levels: 3,
    sft: 'residual',
    ratio: 'raw',
    norm: 'batch',
    output: 'linear',
    condition: 'color',
    tail: 'normed',
    variance: 'unbiased',
  },
  rates: { generator: 0.005, discriminator: 0.02, segmenter: 0.005 },
  adam: { beta1: 0, beta2: 0.9, eps: 1e-8 },
  weights: { adversarial: 1, features: 1, reconstruction: 5, fixedPoint: 1, coherence: 1, alignment: 1, imitation: 5 },
  coherence: { kind: 'sampled', patch: 3, scales: [1], labels: false },
  reconstruct: 'augmented',
  alignmentActs: false,
  augment: {
    ramp: 1000,
    flip: 0.5,
    warp: 0.5,
    warpMove: 0.02,
    zoom: 0.2,
    rotate: 0,
    shift: 0,
    swap: 0.5,
    noise: 1 / 255,
  },
  targetShare: 0,
  refine: 0,
  blend: 0,
};
const paper: Config = {
  ...code,
  preset: 'paper',
  network: { ...code.network, sft: 'linear', tail: undefined, variance: undefined },
  coherence: { kind: 'all', patch: 3, scales: [1], labels: false },
  reconstruct: 'source',
  alignmentActs: true,
  augment: { ...code.augment, swap: 0 },
};
const fixed: Config = {
  ...code,
  preset: 'fixed',
  reconstructionAt: 'last',
  // S reads one photograph's few classes; at half the paper's width it costs a quarter and is as accurate [M].
  network: {
    ...code.network,
    segmenter: 64,
    ratio: 'bounded',
    norm: 'instance',
    output: 'tanh',
    condition: 'onehot',
    tail: undefined,
    variance: undefined,
  },
  // A fifth of the released rates with momentum: on the lake scene at 64 px, 130 generator steps reach 24.7 dB on the
  // reconstruction where the released settings reach 18.6 [M].
  rates: { generator: 0.001, discriminator: 0.004, segmenter: 0.002 },
  adam: { ...code.adam, beta1: 0.5 },
  coherence: { kind: 'all', patch: 3, scales: [1, 2], labels: true },
  reconstruct: 'source',
  alignmentActs: true,
  targetShare: 0.5,
  refine: 1,
  blend: 0.65,
};
const fast: Config = {
  ...fixed,
  preset: 'fast',
  size: 64,
  iterations: 200,
  generatorSteps: 5,
  decayFrom: 120,
  network: { ...fixed.network, generator: 16, discriminator: 32, segmenter: 32 },
  augment: { ...fixed.augment, ramp: 100 },
};
const presets: Record<PresetName, Config> = { code, paper, fixed, fast };

/** A preset's settings, as a copy that may be changed. */
export const preset = (name: PresetName): Config => structuredClone(presets[name]);

/** Share of the learning rates in iteration i (0-based): 1, then falling linearly from `decayFrom` on. */
export function rateAt(c: Config, i: number): number {
  if (i < c.decayFrom || c.iterations <= c.decayFrom) return 1;
  return 1 - (1 - c.finalRate) * ((i - c.decayFrom) / (c.iterations - c.decayFrom));
}
