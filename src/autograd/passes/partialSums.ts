/**
 * The second passes of split weight gradients, all in one launch. Each layer's own sum is a launch of little work; they
 * are deferred to the end of the backward pass, where one launch walks over a table of (partial sums -> range of the
 * gradient vector).
 */

import type { Call } from '../../engine/call.ts';
import { grid } from '../../engine/grid.ts';
import { countUses, touches } from '../../engine/memory/aliasing.ts';
import { align, Storage } from '../../engine/memory/storage.ts';
import oneKernel from '../../shaders/conv2d/weightGradient/partialSum.wgsl';
import allKernel from '../../shaders/conv2d/weightGradient/partialSums.wgsl';

/** Deferred partial sums must all be in memory together: those beyond this many bytes are added up where they were. */
const mostBytes = 16 << 20;
const tile = 256;

/** Second passes that write into the same lasting vector and wait for their common launch. */
interface Deferred {
  calls: Call[];
  bytes: number;
}

/**
 * Replaces second passes that write into a lasting vector by one launch for all of them, right before something else
 * touches what they write. Every sum keeps its terms and their order.
 */
export function mergePartialSums(calls: readonly Call[]): Call[] {
  const uses = countUses(calls);
  const out: Call[] = [];
  const waiting = new Map<Storage, Deferred>();
  const flush = (root: Storage): void => {
    const { calls: merged, bytes } = waiting.get(root)!;
    waiting.delete(root);
    out.push(...(merged.length < 2 ? merged : [mergedCall(merged, bytes, root)]));
  };
  for (const call of calls) {
    for (const [root, { calls: merged }] of waiting) if (merged.some((c) => touches(call, c.write.dw))) flush(root);
    if (!deferrable(call, uses)) {
      out.push(call);
      continue;
    }
    const { root } = call.write.dw;
    const bytes = align(call.read.sums.bytes);
    const group = waiting.get(root) ?? { calls: [], bytes: 0 };
    if (group.bytes + bytes > mostBytes) {
      out.push(call);
      continue;
    }
    waiting.set(root, { calls: [...group.calls, call], bytes: group.bytes + bytes });
  }
  for (const root of [...waiting.keys()]) flush(root);
  return out;
}

/**
 * A second pass into a lasting vector whose partial sums no other call uses, so that they may lie anywhere and live
 * longer.
 */
function deferrable({ module, read, write }: Call, uses: ReadonlyMap<Storage, number>): boolean {
  if (module !== oneKernel || !write.dw.lasting) return false;
  const { sums } = read;
  return !sums.placed && !sums.lasting && !sums.kept && uses.get(sums) === 2;
}

function mergedCall(calls: readonly Call[], bytes: number, vector: Storage): Call {
  const sums = new Storage(bytes, 'partialSums.sums');
  const entries: number[] = [];
  const tiles: number[] = [];
  let at = 0;
  // Partial sums lie in the order of their gradients, so that first passes can become batched pairs.
  const sorted = [...calls].sort((a, b) => a.write.dw.start - b.write.dw.start);
  for (const [k, { read, write, params }] of sorted.entries()) {
    read.sums.place(sums, at);
    entries.push(at / 4, (write.dw.start - vector.start) / 4, params!.count, params!.splits);
    for (let i = 0; i < params!.count; i += tile) tiles.push(k, i);
    at += align(read.sums.bytes);
  }
  return {
    module: allKernel,
    read: { sums, table: Storage.of(Uint32Array.from([...entries, ...tiles]), 'partialSums.table') },
    write: { dw: vector },
    params: { tiles: entries.length, count: tiles.length / 2 },
    groups: grid(tiles.length / 2, 1),
  };
}
