/** What a graph pass is. */
import type { Call } from '../../engine/call.ts';
import type { Storage } from '../../engine/memory/storage.ts';

/** What passes are told about a step beside its calls. */
export interface PassContext {
  /** Roots of the lasting storages that change only where the program is told so. */
  constants: ReadonlySet<Storage>;
}

/**
 * Takes a step's calls in order and returns those that replace them, with the same bits in every storage that is read
 * later. The list given is not changed; step storages without a place may be given one (`Storage.place`).
 */
export type Pass = (calls: readonly Call[], context: PassContext) => Call[];
