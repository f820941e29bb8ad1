/**
 * Which storages share bytes, and which calls therefore depend on each other. Passes over recorded calls build on it.
 */
import type { Bindings, Call } from '../call.ts';
import type { Storage } from './storage.ts';

/** Where a storage begins in the memory of its root, in bytes. Known before the root has a buffer. */
export const offsetOf = (s: Storage): number => s.start - s.root.start;

/** Whether two storages are the same range of bytes. */
export const same = (a: Storage, b: Storage): boolean =>
  a.root === b.root && offsetOf(a) === offsetOf(b) && a.bytes === b.bytes;

/** Whether two storages have a byte in common. */
export const overlap = (a: Storage, b: Storage): boolean =>
  a.root === b.root && offsetOf(a) < offsetOf(b) + b.bytes && offsetOf(b) < offsetOf(a) + a.bytes;

/** All storages of a call; where a name stood in both lists, the written one. */
export const bound = (call: Pick<Call, 'read' | 'write'>): Bindings => ({ ...call.read, ...call.write });

/** Whether some binding shares bytes with `s`. */
const reaches = (bindings: Bindings, s: Storage): boolean => Object.values(bindings).some((t) => overlap(s, t));

/** Whether a call writes a byte of `s`. */
export const writes = (call: Call, s: Storage): boolean => reaches(call.write, s);

/** Whether a call reads or writes a byte of `s`. */
export const touches = (call: Call, s: Storage): boolean => reaches(call.read, s) || reaches(call.write, s);

/** Whether two calls must keep their order: one writes what the other reads or writes. */
export const dependent = (a: Call, b: Call): boolean =>
  Object.values(a.write).some((s) => touches(b, s)) || Object.values(b.write).some((s) => reaches(a.read, s));

/** Whether a binding's memory is part of `root`. */
export function holdsRoot(bindings: Bindings, root: Storage): boolean {
  for (const name in bindings) if (bindings[name].root === root) return true;
  return false;
}

/** The roots of bindings: the storages that have memory of their own, each of which is bound as one buffer. */
export const rootsOf = (bindings: Bindings): Set<Storage> => new Set(Object.values(bindings).map((s) => s.root));

/** How many bindings of all calls lie in each root. */
export function countUses(calls: readonly Call[]): Map<Storage, number> {
  const uses = new Map<Storage, number>();
  for (const c of calls)
    for (const s of [...Object.values(c.read), ...Object.values(c.write)])
      uses.set(s.root, (uses.get(s.root) ?? 0) + 1);
  return uses;
}
