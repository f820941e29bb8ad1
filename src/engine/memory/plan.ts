/**
 * Memory planning: step storages whose lifetimes do not overlap share a bin. Each bin becomes one buffer of its own, so
 * a dispatch never has one buffer bound both for reading and for writing, which WebGPU forbids.
 */

import type { Call } from '../call.ts';
import { align, type Storage } from './storage.ts';

/** Which step storages share memory. */
export interface MemoryPlan {
  /** Bytes of each bin. */
  bins: number[];
  /** The bin of every step storage that is no range of another; -1 for kept ones, which get memory of their own. */
  assignment: Map<Storage, number>;
  /** Bytes of all step storages together, had none shared. */
  unplanned: number;
}

/**
 * Greedy best fit in order of first use. A storage is live from its first to its last dispatch, both included. Lasting
 * storages and those with contents of their own are left out.
 * @throws Error if a call reads what no call before it wrote, or reads and writes the same root.
 */
export function planMemory(calls: readonly Pick<Call, 'read' | 'write' | 'module'>[]): MemoryPlan {
  const first = new Map<Storage, number>();
  const last = new Map<Storage, number>();
  const planned = (s: Storage): boolean => !s.lasting && !s.contents;
  for (const [i, call] of calls.entries()) {
    const written = new Set(Object.values(call.write).map((s) => s.root));
    for (const { root: s } of Object.values(call.read)) {
      if (!planned(s)) continue;
      if (!first.has(s)) throw new Error(`${call.module.name}.wgsl reads ${s.label} before anything wrote it`);
      if (written.has(s)) throw new Error(`${call.module.name}.wgsl reads and writes ${s.label} through two bindings`);
      last.set(s, i);
    }
    for (const s of written) {
      if (!planned(s)) continue;
      if (!first.has(s)) first.set(s, i);
      last.set(s, i);
    }
  }
  const assignment = new Map<Storage, number>();
  const bins: number[] = [];
  const free = new Set<number>();
  const ending = new Map<number, Storage[]>();
  for (const [s, i] of last) ending.set(i, [...(ending.get(i) ?? []), s]);
  let unplanned = 0;
  let at = 0;
  const settle = (until: number): void => {
    for (; at < until; at++)
      for (const s of ending.get(at) ?? []) {
        const bin = assignment.get(s)!;
        if (bin >= 0) free.add(bin);
      }
  };
  for (const [s, i] of first) {
    // insertion order is order of first use
    settle(i);
    const bytes = align(s.bytes);
    unplanned += bytes;
    if (s.kept) {
      assignment.set(s, -1);
      continue;
    }
    let best = -1;
    let cost = Infinity;
    for (const bin of free) {
      // Growing a bin costs memory; filling a large one with little only wastes it for a while.
      const growth = Math.max(0, bytes - bins[bin]);
      const c = growth + Math.max(0, bins[bin] - bytes) * 1e-3;
      if (c < cost) {
        cost = c;
        best = bin;
      }
    }
    if (best < 0) {
      best = bins.length;
      bins.push(bytes);
    }
    free.delete(best);
    bins[best] = Math.max(bins[best], bytes);
    assignment.set(s, best);
  }
  return { bins, assignment, unplanned };
}
