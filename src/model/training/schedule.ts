/** What follows from the number of iterations: learning rates, readings of the losses, and fewer iterations. */
import type { Config } from '../config.ts';

/** Share of the learning rates in iteration i (0-based): 1, then falling linearly from `decayFrom` on. */
export function rateAt(c: Config, i: number): number {
  if (i < c.decayFrom || c.iterations <= c.decayFrom) return 1;
  return 1 - (1 - c.finalRate) * ((i - c.decayFrom) / (c.iterations - c.decayFrom));
}

/** The same settings for another number of iterations: the schedule keeps its proportions. */
export function withIterations(c: Config, iterations: number): Config {
  const f = iterations / c.iterations;
  return {
    ...c,
    iterations,
    decayFrom: Math.round(c.decayFrom * f),
    augment: { ...c.augment, ramp: Math.max(1, Math.round(c.augment.ramp * f)) },
  };
}

/**
 * The same settings with fewer iterations where all of them would take longer than wanted. `cost`: seconds that all
 * iterations take. Never fewer than four cycles of reconstruction and sampling.
 */
export function shortened(c: Config, cost: number, seconds: number): Config {
  if (cost <= seconds) return c;
  const fitting = Math.max(4 * c.reconstructionEvery, Math.floor((c.iterations * seconds) / cost));
  return withIterations(c, Math.min(c.iterations, fitting));
}

/**
 * Iterations between two readings of the losses: about a hundred readings in all, each over whole cycles of
 * reconstruction and sampling, which have different losses.
 */
export const readingInterval = ({ iterations, reconstructionEvery }: Config): number =>
  reconstructionEvery * Math.max(1, Math.round(iterations / 100 / reconstructionEvery));
