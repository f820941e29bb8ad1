/**
 * Every hyper-parameter, and which source it follows: [S] the paper's slides, [C] the released code, [M] our
 * measurement. Their values are in presets.ts.
 */
/** What the networks are given as layout: one channel per class, an RGB picture, or a line drawing. */
export type Condition = 'onehot' | 'color' | 'sketch';

/** The settings while they are being put together. */
export interface ConfigDraft {
  /** Name of the row of `presets` that they began as. */
  preset: string;
  /** Of all random numbers of the run; an integer, 0 to 2^32 - 1. */
  seed: number;
  /** Longer side of the training image in pixels. */
  size: number;
  /** Outer iterations (each: D, S, `generatorSteps` times G, D). [C] 2500 */
  iterations: number;
  /** Steps of the generator in an iteration. [C] 10 */
  generatorSteps: number;
  /** Every n-th iteration is a reconstruction. [C] 5 */
  reconstructionEvery: number;
  /**
   * Which of each n. [C] the first. The last [M]: an unchanged layout has no gradient towards E_seg, and Adam would
   * make full steps of its rounding noise before it has had any other gradient.
   */
  reconstructionAt: 'first' | 'last';
  /** Iteration from which the learning rates fall linearly to `finalRate` of themselves. [C] 1000 */
  decayFrom: number;
  /** Share of the learning rates that is left at the end, 0 to 1. [C] 0.1 */
  finalRate: number;
  /** The architecture of generator, discriminator and segmenter. */
  network: {
    /** Channels of the generator G behind its first convolution. [S, C] 32 */
    generator: number;
    /** Channels of the discriminator D behind its first convolution. [S, C] 64 */
    discriminator: number;
    /** Channels of the segmenter S behind its first convolution. [S, C] 128 */
    segmenter: number;
    /** Levels of the encoders: how often sides are halved. [S, C] 3 */
    levels: number;
    /** Layers of the feature translation: one 1x1 convolution [S], or a residual block and two of them [C]. */
    sft: 'linear' | 'residual';
    /** The ratio of feature scales as it is [S, C], or bounded [M]. */
    ratio: 'raw' | 'bounded';
    /**
     * `batch`: running statistics at inference [C]. `instance`: the sample's own, in training and at inference alike
     * [M].
     */
    norm: 'batch' | 'instance';
    /** What follows the last convolution of the generator; [C] nothing. */
    output: 'tanh' | 'linear';
    /** Behind the last convolution batch normalization and LeakyReLU, and no bias [C]; without: nothing, and a bias. */
    tail?: 'normed';
    /** Divisor of the modulation's variance: pixels - 1 [C]; without: pixels. */
    variance?: 'unbiased';
    /** Layouts as one channel per class, or as RGB [C]; or line drawings in place of layouts (data/drawing.ts). */
    condition: Condition;
  };
  /** Learning rates of Adam. [C] 0.005, 0.02, 0.005 */
  rates: {
    /** Of G. */
    generator: number;
    /** Of D. */
    discriminator: number;
    /** Of S. */
    segmenter: number;
  };
  /** Adam (Kingma and Ba 2015), the same for all networks. [C] 0, 0.9, 1e-8 */
  adam: {
    /** Decay of the first moments, 0 to 1. */
    beta1: number;
    /** Decay of the second moments, 0 to 1. */
    beta2: number;
    /** Added to the root of the second moments. */
    eps: number;
  };
  /** Weights of the losses. */
  weights: {
    /** The adversarial loss of the generator. [C] 1 */
    adversarial: number;
    /** Feature matching in the discriminator. [C] 1 */
    features: number;
    /** L1 to the picture that a reconstruction is of. [C] 5 */
    reconstruction: number;
    /** The fixed-point loss: an unchanged layout changes nothing. [C] 1 */
    fixedPoint: number;
    /** Patch coherence with the source. [C] 1 */
    coherence: number;
    /** Semantic alignment: the segmenter reads the target layout off the result. [C] 1 */
    alignment: number;
    /** L1 to a target's patch synthesis, in iterations that learn from one [M]. */
    imitation: number;
  };
  /** The patch coherence loss. */
  coherence: {
    /** `all`: every patch [S]. `sampled`: 15 random patches, mean of the 5 nearest [C]. */
    kind: 'all' | 'sampled';
    /** Side of a patch in pixels, odd. [C] 3 */
    patch: number;
    /** Factors by which the pictures are reduced; the loss is the mean over them. [C] 1 */
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
  /** The augmentation of the source pair. */
  augment: {
    /** Iterations until full strength. [C] 1000 */
    ramp: number;
    /** Probability of a mirrored pair. [C] 0.5 */
    flip: number;
    /** Probability of a thin-plate spline warp. [C] 0.5 */
    warp: number;
    /** Largest move of a control point, as a share of the width. */
    warpMove: number;
    /** Scaling by a factor drawn from U(1, 1 + zoom). */
    zoom: number;
    /** Largest rotation in degrees; 0: none. */
    rotate: number;
    /** Largest shift, as a share of the size; 0: none. */
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

/** The type with everything in it readonly. */
export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The settings of a run. Nothing changes them in place: another schedule or size is another Config. */
export type Config = DeepReadonly<ConfigDraft>;
