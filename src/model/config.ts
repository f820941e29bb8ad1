/**
 * Every hyper-parameter, and which source it follows: [S] the paper's slides, [C] the released code, [M] our
 * measurement. Their values are in presets.ts.
 */
export type Condition = 'onehot' | 'color' | 'sketch';

/** The settings while they are being put together. */
export interface ConfigDraft {
  /** Name of the row of `presets` that they began as. */
  preset: string;
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
   * make full steps of its rounding noise before it has had any other gradient.
   */
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
    warp: number;
    /** Largest move of a control point, as a share of the width. */
    warpMove: number;
    /** Scaling U(1, 1 + zoom). */ zoom: number /** Degrees; 0 off. */;
    rotate: number;
    /** Share of the size; 0 off. */
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

type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The settings of a run. Nothing changes them in place: another schedule or size is another Config. */
export type Config = DeepReadonly<ConfigDraft>;
