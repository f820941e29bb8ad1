/** From what a user chooses to the settings of a run. */
import type { Config } from './config.ts';
import { type PresetName, presetNames, preset as presetSettings } from './presets.ts';
import { withIterations } from './training/schedule.ts';

/**
 * A preset's settings with a size, a width, a seed and a total of their own; what depends on them follows. `condition`:
 * what layouts are, the preset's classes or line drawings.
 */
export interface Choices {
  /** Default: the first of `presetNames`. */
  preset?: PresetName;
  /** What layouts are: areas of classes (default), or line drawings. */
  condition?: 'classes' | 'sketch';
  /** Longer side of the training image in pixels, at least 16. */
  size?: number;
  /** Channels of the generator behind its first convolution; the other networks keep their proportion. */
  width?: number;
  /** Of all random numbers, an integer from 0 to 2^32 - 1. */
  seed?: number;
  /** Iterations in all; the schedule is stretched to them. */
  iterations?: number;
}

/**
 * Network widths keep the preset's proportions; the schedule (ramp of the augmentation, decay of the rates) is
 * stretched to the total.
 */
export function configure({ preset = presetNames[0], condition, size, width, seed, iterations }: Choices = {}): Config {
  const c = presetSettings(preset);
  // A drawing has few pixels of line; without weights S would read paper everywhere. Its one synthesis was measured at
  // half [M].
  if (condition === 'sketch')
    Object.assign(c, { network: { ...c.network, condition }, balance: 0.5, blend: Math.min(c.blend, 0.5) });
  if (size !== undefined) c.size = size;
  if (seed !== undefined) c.seed = seed;
  if (width !== undefined && width !== c.network.generator) {
    const f = width / c.network.generator;
    Object.assign(c.network, {
      generator: width,
      discriminator: Math.max(4, Math.round(c.network.discriminator * f)),
      segmenter: Math.max(4, Math.round(c.network.segmenter * f)),
    });
  }
  return iterations === undefined ? c : withIterations(c, iterations);
}
