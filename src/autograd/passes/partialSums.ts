/**
 * The second passes of split weight gradients, all in one launch. Each layer's own sum is a launch of little work; they
 * are put off to
 * the end of the backward pass, where one launch walks over a table of (partial sums -> range of the gradient vector).
 */
import oneKernel from '../../shaders/conv2d/weightGradient/partialSum.wgsl';
import allKernel from '../../shaders/conv2d/weightGradient/partialSums.wgsl';
import { align, type Storage } from '../../engine/memory/storage.ts';
import { grid } from '../op.ts';
import type { Session, Tensor } from '../tensor.ts';

/** Partial sums have to wait together: those of larger gradients are added up at once, as they were. */
const mostBytes = 16 << 20;
const tile = 256;

/**
 * Takes the second passes that write into `gradient` out of the step being recorded and adds one launch that does them
 * all, with the
 * same bits. To be called when all of the gradient is recorded and nothing has read it. `constant` makes a lasting u32
 * tensor.
 */
export function mergePartialSums(
  session: Session,
  gradient: Tensor,
  constant: (values: readonly number[]) => Tensor,
): void {
  const { calls } = session;
  const uses = new Map<Storage, number>();
  for (const c of calls)
    for (const s of [...Object.values(c.read), ...Object.values(c.write)])
      uses.set(s.root, (uses.get(s.root) ?? 0) + 1);
  let bytes = 0;
  const merged = calls
    .filter((c) => {
      if (c.module !== oneKernel || c.write.dw.root !== gradient.storage.root) return false;
      const { sums } = c.read;
      // Written by the first pass and read by the second: nobody else minds where and how long it lies.
      if (sums.placed || sums.lasting || sums.kept || uses.get(sums) !== 2 || bytes + align(sums.bytes) > mostBytes)
        return false;
      bytes += align(sums.bytes);
      return true;
    })
    // partial sums lie as the gradients do, so that first passes can be twins
    .sort((a, b) => a.write.dw.start - b.write.dw.start);
  if (merged.length < 2) return;
  const together = session.temporary([bytes / 4], 'secondPasses.sums');
  const entries: number[] = [];
  const tiles: number[] = [];
  let at = 0;
  for (const [
    k,
    {
      read: { sums },
      write: { dw },
      params,
    },
  ] of merged.entries()) {
    sums.place(together.storage, at);
    entries.push(at / 4, (dw.start - gradient.storage.start) / 4, params!.count, params!.splits);
    for (let i = 0; i < params!.count; i += tile) tiles.push(k, i);
    at += align(sums.bytes);
  }
  const gone = new Set(merged);
  calls.splice(0, calls.length, ...calls.filter((c) => !gone.has(c)));
  session.run(allKernel, {
    read: { sums: together, table: constant([...entries, ...tiles]) },
    write: { dw: gradient },
    params: { tiles: entries.length, count: tiles.length / 2 },
    groups: grid(tiles.length / 2, 1),
  });
}
