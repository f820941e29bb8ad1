/** Why a plan is shorter than the preset's, in words. */
import type { Config } from '../../model/config.ts';
import { finishesByPatches } from '../../model/presets.ts';

/**
 * What a person should know of a plan: `c` as the preset has it, costing `seconds`, of which `iterations` are to be
 * made. None where nothing is amiss.
 */
export function planNote(c: Config, seconds: number, iterations: number, software: boolean): string | undefined {
  const each = seconds / c.iterations;
  if (software && each * iterations > 1800)
    return 'The processor is slow for this: choose a smaller size or a shorter time';
  if (iterations >= c.iterations) return undefined;
  const known = finishesByPatches(c)
    ? 'the less is learned, the more of the picture is patches of the photograph'
    : 'take more time or a smaller size for more';
  const pace = each < 0.95 ? 'less than a second' : `${each.toFixed(each < 10 ? 1 : 0)} s`;
  return `An iteration takes ${pace} here, so there is time for ${iterations} of ${c.iterations}: ${known}`;
}
