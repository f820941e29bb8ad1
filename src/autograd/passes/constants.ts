/** Loop-invariant code motion over replays: calls whose results stay the same are not repeated in every run. */
import type { Bindings, Call } from '../../engine/call.ts';
import { rootsOf } from '../../engine/memory/aliasing.ts';
import type { Storage } from '../../engine/memory/storage.ts';
import type { PassContext } from './pass.ts';

/**
 * The calls that compute the same in every run for as long as the `constants` keep their values: they read constants
 * and each other's results alone, and write only step memory that no other call writes.
 */
export function invariantCalls<C extends Pick<Call, 'read' | 'write'>>(
  calls: readonly C[],
  constants: ReadonlySet<Storage>,
): Set<C> {
  const roots = (bindings: Bindings): Storage[] => [...rootsOf(bindings)];
  const writers = new Map<Storage, C[]>();
  for (const c of calls) for (const s of roots(c.write)) writers.set(s, [...(writers.get(s) ?? []), c]);
  const found = new Set(calls.filter((c) => roots(c.write).every((s) => !s.lasting)));
  const known = (s: Storage): boolean =>
    s.lasting ? constants.has(s) && !writers.has(s) : (writers.get(s)?.every((w) => found.has(w)) ?? false);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const c of found) if (![...roots(c.read), ...roots(c.write)].every(known)) found.delete(c);
  }
  return found;
}

/** Puts the invariant calls in front, marked `once`, and keeps those of their results that others read. */
export function hoistConstants(calls: readonly Call[], { constants }: PassContext): Call[] {
  if (!constants.size) return [...calls];
  const invariant = invariantCalls(calls, constants);
  const rest = calls.filter((c) => !invariant.has(c));
  const read = new Set(rest.flatMap((c) => [...rootsOf(c.read)]));
  for (const c of invariant) for (const root of rootsOf(c.write)) if (read.has(root)) root.kept = true;
  return [...[...invariant].map((c) => ({ ...c, once: true })), ...rest];
}
