/**
 * Twins: two launches of one kernel that differ only in where their buffers lie, and do not wait for each other, become one of twice
 * the depth. So two branches of a network with equal shapes cost the launches of one, and each value is computed as before.
 *
 * A kernel that can be a twin has `twin` in its Params, the workgroups along z of one of the two, and for each storage binding `twin_NAME`,
 * by how many elements the second's lies behind the first's; which = group.z / twin. Call sites do not give these fields.
 */
import { inspect } from './kernel.ts';
import type { Call } from './recorder.ts';
import { align, alignment, Storage } from './storage.ts';

export const canTwin = (module: WgslModule): boolean => inspect(module).fields.some((f) => f.name === 'twin');

/** The fields of a call that is no twin. */
export function aloneParams(call: Call): Record<string, number> {
  const { fields } = inspect(call.module);
  return Object.fromEntries(fields.filter((f) => /^twin(_|$)/.test(f.name)).map((f) => [f.name, f.name === 'twin' ? call.groups[2] ?? 1 : 0]));
}

type Bound = Readonly<Record<string, Storage>>;
const roots = (bound: Bound): Set<Storage> => new Set(Object.values(bound).map((s) => s.root));
const from = (s: Storage): number => s.start - s.root.start;
const meet = (a: Bound, b: Bound): boolean => Object.values(a).some((s) => Object.values(b).some((t) =>
  s.root === t.root && from(s) < from(t) + t.bytes && from(t) < from(s) + s.bytes));
/** Whether two calls must keep their order. */
const ordered = (a: Call, b: Call): boolean => meet(a.write, b.read) || meet(a.write, b.write) || meet(a.read, b.write);

/** Calls with equal keys differ in their storages alone. */
const keyOf = (c: Call): string => [c.module.name, JSON.stringify(c.constants ?? {}), JSON.stringify(c.params ?? {}), c.groups.join()].join('|');

/** Merges twins in place. Storages of step memory that have no place yet are put side by side. */
export function mergeTwins(calls: Call[]): void {
  const keys = new Map(calls.filter((c) => canTwin(c.module)).map((c) => [c, keyOf(c)]));
  for (let i = 0; i < calls.length; i++) {
    const key = keys.get(calls[i]);
    if (key === undefined) continue;
    for (let j = i + 1; j < calls.length; j++) {
      const [a, b] = [calls[i], calls[j]];
      if (keys.get(b) !== key || calls.slice(i, j).some((c) => ordered(c, b))) continue;
      const both = first(calls, keys, a, b) ? pair(calls, a, b) ?? pair(calls, b, a) : pair(calls, b, a) ?? pair(calls, a, b);
      if (!both) continue;
      calls.splice(j, 1);
      calls[i] = both;
      break;
    }
  }
}

const all = (c: Call): Bound => ({ ...c.read, ...c.write });

/** Which of two calls should lie first, where they leave it open: as those lie that read their results and have a place already. */
function first(calls: readonly Call[], keys: ReadonlyMap<Call, string>, a: Call, b: Call): boolean {
  const readers = (c: Call): Call[] => { const written = roots(c.write); return calls.filter((r) => keys.has(r) && [...roots(r.read)].some((s) => written.has(s))); };
  for (const r of readers(a)) for (const q of readers(b)) {
    if (r === q || keys.get(r) !== keys.get(q)) continue;
    for (const [name, s] of Object.entries(all(r))) {
      const t = all(q)[name];
      if (s.root === t.root && from(s) !== from(t)) return from(s) < from(t);
    }
  }
  return true;
}

/** How a binding's two storages come to lie: apart by a distance that is there, or side by side once they are placed; null: neither. */
function distance(a: Storage, b: Storage): number | 'place' | null {
  if (a.root === b.root) {
    const d = from(b) - from(a);
    return d >= 0 && d % alignment === 0 && a.bytes === b.bytes ? d : null;
  }
  const free = (s: Storage): boolean => !s.placed && !s.lasting && !s.kept;
  return free(a) && free(b) && a.bytes === b.bytes ? 'place' : null;
}

function pair(calls: readonly Call[], a: Call, b: Call): Call | null {
  const theirs = all(b);
  const pairs = Object.entries(all(a)).map(([name, s]) => ({ name, s, t: theirs[name], d: distance(s, theirs[name]) }));
  if (pairs.some((p) => p.d === null)) return null;
  // One dispatch must not have a buffer bound both ways, neither this one nor one that has to do with only one side of a new pair.
  const [reads, writes] = [new Set([...roots(a.read), ...roots(b.read)]), new Set([...roots(a.write), ...roots(b.write)])];
  if ([...writes].some((w) => reads.has(w))) return null;
  const placed = new Map<Storage, Storage>();
  for (const { s, t, d } of pairs) {
    if (d !== 'place') continue;
    if ((placed.get(s) ?? t) !== t || placed.has(t) || [...placed.values()].includes(s)) return null;
    placed.set(s, t);
  }
  for (const [s, t] of placed) for (const c of calls) {
    const [r, w] = [roots(c.read), roots(c.write)];
    if ((r.has(s) && w.has(t)) || (r.has(t) && w.has(s))) return null;
  }
  const written = Object.entries(a.write).map(([name, s]) => ({ s, t: theirs[name] }));
  // Two bindings that are written must not overlap, not even in what lies between the two.
  for (const [k, p] of written.entries()) for (const q of written.slice(0, k)) if (p.s.root === q.s.root || p.s.root === q.t.root) return null;
  for (const [s, t] of placed) {
    const host = new Storage(2 * align(s.bytes), `${s.label}, twice`);
    s.place(host, 0);
    t.place(host, align(s.bytes));
  }
  return merged(a, theirs);
}

function merged(a: Call, theirs: Bound): Call {
  const { bindings } = inspect(a.module);
  const steps: Record<string, number> = {};
  const span = (bound: Bound): Record<string, Storage> => Object.fromEntries(Object.entries(bound).map(([name, s]) => {
    const step = from(theirs[name]) - from(s);
    steps[`twin_${name}`] = step / bindings.find((b) => b.name === name)!.element;
    return [name, step ? s.root.range(from(s), step + s.bytes, s.label) : s];
  }));
  const [x, y = 1, z = 1] = a.groups;
  const [read, write] = [span(a.read), span(a.write)];
  return { ...a, read, write, params: { ...a.params, twin: z, ...steps }, groups: [x, y, 2 * z] };
}
