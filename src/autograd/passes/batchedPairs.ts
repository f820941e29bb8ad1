/**
 * Batched pairs: two launches of one kernel that differ in where their buffers lie and in how deep they are, and do not
 * depend on each other, become one. So two branches of a network with equal layers cost the launches of one, and each
 * value is computed as before.
 *
 * A kernel that can be batched has these fields in its Params, which call sites do not give: `batch_split`, the first
 * workgroup along z that is the second call's (second = group.z >= batch_split); for each storage binding
 * `batch_offset_NAME`, by how many elements the second call's storage lies behind the first's; `second_NAME` for each
 * field NAME in which the second call may differ.
 */
import type { Bindings, Call } from '../../engine/call.ts';
import { inspectKernel } from '../../engine/kernel.ts';
import { bound, dependent, holdsRoot, offsetOf, rootsOf } from '../../engine/memory/aliasing.ts';
import { align, alignment, Storage } from '../../engine/memory/storage.ts';

const isBatchField = (name: string): boolean => /^(batch_split$|batch_offset_|second_)/.test(name);

/** Whether two calls of a kernel can become one. */
const canBatch = (module: WgslModule): boolean => inspectKernel(module).fields.some((f) => f.name === 'batch_split');

/** The call with the fields of its kernel that call sites do not give: those of a call that is no pair. */
export function withBatchFields(call: Call): Call {
  if (!canBatch(call.module)) return call;
  const own = inspectKernel(call.module)
    .fields.filter((f) => isBatchField(f.name))
    .map((f) => [f.name, f.name === 'batch_split' ? (call.groups[2] ?? 1) : 0]);
  return { ...call, params: { ...call.params, ...Object.fromEntries(own) } };
}

/** So many calls at most are moved in front of a pair together with its second call. */
const mostMoved = 3;

/** Calls with equal keys differ only in what the two of a pair may. */
function keyOf(c: Call): string {
  const { fields } = inspectKernel(c.module);
  const params = Object.entries(c.params ?? {}).filter(
    ([name]) => !isBatchField(name) && !fields.some((f) => f.name === `second_${name}`),
  );
  return JSON.stringify([c.module.name, c.constants ?? {}, params, c.groups[0], c.groups[1] ?? 1]);
}

/** Merges pairs. Storages of step memory that have no place yet are put side by side. */
export function batchPairs(list: readonly Call[]): Call[] {
  const calls = [...list];
  const keys = new Map(calls.filter((c) => canBatch(c.module)).map((c) => [c, keyOf(c)]));
  for (let i = 0; i < calls.length; i++) {
    const key = keys.get(calls[i]);
    if (key === undefined) continue;
    for (let j = i + 1; j < calls.length; j++) {
      const [a, b] = [calls[i], calls[j]];
      const before = keys.get(b) === key ? leading(calls, i, j) : null;
      if (!before) continue;
      const both = first(calls, keys, a, b)
        ? (pair(calls, a, b) ?? pair(calls, b, a))
        : (pair(calls, b, a) ?? pair(calls, a, b));
      if (!both) continue;
      const rest = calls.slice(i + 1, j).filter((c) => !before.includes(c));
      calls.splice(i, j - i + 1, ...before, both, ...rest);
      i += before.length;
      break;
    }
  }
  return calls;
}

/**
 * What stands between call i and call j and has to move in front of i with j, in order: a few sums at most. null: j
 * must wait for i.
 */
function leading(calls: readonly Call[], i: number, j: number): Call[] | null {
  const moved = [calls[j]];
  for (let k = j - 1; k >= i; k--) {
    if (!moved.some((c) => dependent(calls[k], c))) continue;
    if (k === i || moved.length > mostMoved) return null;
    moved.unshift(calls[k]);
  }
  return moved.slice(0, -1);
}

/**
 * Which of two calls should lie first, where they leave it open: as those lie that read their results and have a place
 * already.
 */
function first(calls: readonly Call[], keys: ReadonlyMap<Call, string>, a: Call, b: Call): boolean {
  const readers = (c: Call): Call[] => {
    const written = [...rootsOf(c.write)];
    return calls.filter((r) => keys.has(r) && written.some((root) => holdsRoot(r.read, root)));
  };
  for (const r of readers(a))
    for (const q of readers(b)) {
      if (r === q || keys.get(r) !== keys.get(q)) continue;
      for (const [name, s] of Object.entries(bound(r))) {
        const t = bound(q)[name];
        if (s.root === t.root && offsetOf(s) !== offsetOf(t)) return offsetOf(s) < offsetOf(t);
      }
    }
  return true;
}

/**
 * How a binding's two storages come to lie: apart by a distance that is there, or side by side once they are placed;
 * null: neither.
 */
function distance(a: Storage, b: Storage): number | 'place' | null {
  if (a.root === b.root) {
    const d = offsetOf(b) - offsetOf(a);
    return d >= 0 && d % alignment === 0 ? d : null;
  }
  const free = (s: Storage): boolean => !s.placed && !s.lasting && !s.kept && !s.contents;
  return free(a) && free(b) ? 'place' : null;
}

function pair(calls: readonly Call[], a: Call, b: Call): Call | null {
  const theirs = bound(b);
  const pairs = Object.entries(bound(a)).map(([name, s]) => ({
    name,
    s,
    t: theirs[name],
    d: distance(s, theirs[name]),
  }));
  if (pairs.some((p) => p.d === null)) return null;
  // One dispatch must not have a buffer bound both ways, neither this one nor one that has to do with only one side of
  // a new pair.
  const [reads, writes] = [
    new Set([...rootsOf(a.read), ...rootsOf(b.read)]),
    new Set([...rootsOf(a.write), ...rootsOf(b.write)]),
  ];
  if ([...writes].some((w) => reads.has(w))) return null;
  const placed = new Map<Storage, Storage>();
  for (const { s, t, d } of pairs) {
    if (d !== 'place') continue;
    if ((placed.get(s) ?? t) !== t || placed.has(t) || [...placed.values()].includes(s)) return null;
    placed.set(s, t);
  }
  for (const [s, t] of placed)
    for (const { read, write } of calls)
      if ((holdsRoot(read, s) && holdsRoot(write, t)) || (holdsRoot(read, t) && holdsRoot(write, s))) return null;
  // Two bindings that are written must not overlap, not even in what lies between the first's and the second's.
  const written = Object.entries(a.write).map(([name, s]) => ({ s, t: theirs[name] }));
  const meet = (p: (typeof written)[0], q: (typeof written)[0]): boolean =>
    p.s.root === q.s.root && offsetOf(p.s) < offsetOf(q.t) + q.t.bytes && offsetOf(q.s) < offsetOf(p.t) + p.t.bytes;
  for (const [k, p] of written.entries())
    if (written.slice(0, k).some((q) => meet(p, q) || (p.s.root === q.t.root && p.s.root !== q.s.root))) return null;
  for (const [s, t] of placed) {
    const host = new Storage(align(s.bytes) + align(t.bytes), `${s.label}, twice`);
    s.place(host, 0);
    t.place(host, align(s.bytes));
  }
  return merged(a, b);
}

function merged(a: Call, b: Call): Call {
  const { bindings, fields } = inspectKernel(a.module);
  const theirs = bound(b);
  const params: Record<string, number> = { ...a.params };
  const span = (storages: Bindings): Record<string, Storage> =>
    Object.fromEntries(
      Object.entries(storages).map(([name, s]) => {
        const t = theirs[name];
        const step = offsetOf(t) - offsetOf(s);
        params[`batch_offset_${name}`] = step / bindings.find((x) => x.name === name)!.element;
        const bytes = Math.max(s.bytes, step + t.bytes);
        return [name, bytes > s.bytes ? s.root.range(offsetOf(s), bytes, s.label) : s];
      }),
    );
  const [read, write] = [span(a.read), span(a.write)];
  const [x, y = 1, z = 1] = a.groups;
  params.batch_split = z;
  for (const { name } of fields) if (name.startsWith('second_')) params[name] = b.params![name.slice('second_'.length)];
  return { ...a, read, write, params, groups: [x, y, z + (b.groups[2] ?? 1)] };
}
