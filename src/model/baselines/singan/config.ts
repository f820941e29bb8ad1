/** SinGAN (Shaham, Dekel, Michaeli, ICCV 2019): its settings, and the sizes of its pyramid. */
import { UserError } from '../../../data/errors.ts';
import { fitSize } from '../../../data/image/image.ts';

/** [P] the paper, [C] the authors' released code, where the paper does not give them. */
export interface SinganConfig {
  seed: number;
  /** Longer side of the finest scale, at most: 250 [P]. */
  finest: number;
  /** Shorter side of the coarsest scale: 25 [P]. */
  coarsest: number;
  /** Size of a scale against the next finer one, made to fit the two sides exactly: 0.75 [P]. */
  factor: number;
  /** Channels at the coarsest scale, doubling every 4 scales up to `widest`: 32, 128 [P, C]. */
  width: number;
  widest: number;
  /** Per scale: 2000 [C]. Each is `repeats` D steps, then as many G steps: 3 [C]. */
  iterations: number;
  repeats: number;
  /** Adam's rate 5e-4, a tenth of it from 80 % of the iterations on, with (0.5, 0.999) [C]. */
  rate: number;
  decayAt: number;
  /** Weights of the gradient penalty, 0.1, and of the reconstruction, 10; 100 for super-resolution [P, C]. */
  penalty: number;
  reconstruction: number;
  /** Noise of a scale over the error of its upsampled reconstruction: 0.1 [C]. */
  noise: number;
  /**
   * A trained pyramid of which one scale, `start`, is trained again from the beginning, and gets what comes from below
   * in the photograph's `colors` main colors there [P, C: "paint train"]: for paintings that are brought to the same
   * colors.
   */
  paint?: { start: number; colors: number };
}

export const published: SinganConfig = {
  seed: 0,
  finest: 250,
  coarsest: 25,
  factor: 0.75,
  width: 32,
  widest: 128,
  iterations: 2000,
  repeats: 3,
  rate: 5e-4,
  decayAt: 0.8,
  penalty: 0.1,
  reconstruction: 10,
  noise: 0.1,
};
/** Defaults for adapters that compute on the processor: a quarter of an hour in place of days. [M] */
export const small = { finest: 64, width: 16, iterations: 300 } satisfies Partial<SinganConfig>;

export const adamOptions = { beta1: 0.5, beta2: 0.999, eps: 1e-8 };
/**
 * Convolutions 3x3 without padding in each network: what they see is 11 pixels, and what they lose at each edge is
 * `border`.
 */
export const layers = 5;
export const border = layers;

export interface Scale {
  width: number;
  height: number;
  channels: number;
}

/**
 * The scales of a photograph of this size, coarsest first. Their number brings the factor nearest to the wanted one.
 * Throws UserError where nothing is left of the finest scale without its borders.
 */
export function scalesOf(width: number, height: number, c: SinganConfig): Scale[] {
  const fine = fitSize(width, height, c.finest);
  const shorter = Math.min(fine.width, fine.height);
  const least = 2 * border + 2;
  if (shorter < least)
    throw new UserError(
      `at ${fine.width} x ${fine.height} pixels the photograph is too small for SinGAN: its shorter side ` +
        `must have at least ${least}: take a larger --size or a photograph less narrow`,
    );
  const coarsest = Math.max(least, Math.min(c.coarsest, shorter));
  const steps = Math.round(Math.log(coarsest / shorter) / Math.log(c.factor));
  const factor = steps ? (coarsest / shorter) ** (1 / steps) : 1;
  return Array.from({ length: steps + 1 }, (_, k) => ({
    width: Math.round(fine.width * factor ** (steps - k)),
    height: Math.round(fine.height * factor ** (steps - k)),
    channels: Math.min(c.widest, c.width * 2 ** Math.floor(k / 4)),
  }));
}

/** Bytes of a scale's largest activations, which have a border all around. */
export const activationBytes = ({ width, height, channels }: Scale): number =>
  4 * channels * (width + 2 * border) * (height + 2 * border);

/** Every scale's size for a picture whose finest scale has this size in place of the trained one. */
export const sizesFor = (
  scales: readonly Scale[],
  width: number,
  height: number,
): { width: number; height: number }[] => {
  const fine = scales[scales.length - 1];
  return scales.map((s, k) =>
    k === scales.length - 1
      ? { width, height }
      : {
          width: Math.max(1, Math.round((s.width * width) / fine.width)),
          height: Math.max(1, Math.round((s.height * height) / fine.height)),
        },
  );
};

/** The learning rate's factor in an iteration of `of`. */
export const decay = (iteration: number, of: number, c: SinganConfig): number => (iteration < c.decayAt * of ? 1 : 0.1);
