/**
 * The graph passes: what is done with a recorded step as a whole, before its memory is planned. Ops and their gradients
 * know nothing of them. Adding a pass is a file here and a row in the table, at its place in the order.
 */
import type { Call } from '../../engine/call.ts';
import type { Storage } from '../../engine/memory/storage.ts';
import { batchPairs } from './batchedPairs.ts';
import { hoistConstants } from './constants.ts';
import { fuseEpilogues } from './epilogues.ts';
import { mergePartialSums } from './partialSums.ts';
import type { Pass } from './pass.ts';

/** In the order in which they run. */
const passes = {
  partialSums: mergePartialSums,
  epilogues: fuseEpilogues,
  batchedPairs: batchPairs,
  constants: hoistConstants,
} satisfies Record<string, Pass>;

/** A pass by name, e.g. to switch it off. */
export type PassName = keyof typeof passes;
/** All passes, in the order in which they run. */
export const passNames = Object.keys(passes) as readonly PassName[];

/** `constants`: roots of the lasting storages that change only where the program is told so. */
export interface PassOptions {
  constants?: ReadonlySet<Storage>;
  disabled?: readonly PassName[];
}

/** A step's calls after all passes that are not disabled. */
export function runPasses(
  calls: readonly Call[],
  { constants = new Set(), disabled = [] }: PassOptions = {},
): readonly Call[] {
  return passNames
    .filter((name) => !disabled.includes(name))
    .reduce<readonly Call[]>((list, name) => passes[name](list, { constants }), calls);
}

/**
 * A list of passes as the flag SEMIA_DISABLE_PASSES gives it: names separated by commas, or `all`; empty: none.
 * @throws Error naming what is no pass, and the passes there are.
 */
export function parsePassNames(text: string): PassName[] {
  const names = text.split(',').map((s) => s.trim());
  if (names.includes('all')) return [...passNames];
  return names.filter(Boolean).map((name) => {
    const found = passNames.find((p) => p === name);
    if (!found) throw new Error(`there is no graph pass ${name}: ${passNames.join(', ')} or all are expected`);
    return found;
  });
}
