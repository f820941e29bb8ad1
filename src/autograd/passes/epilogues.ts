/**
 * Epilogues: what follows a convolution value by value is done where its sum is stored, not in a launch of its own.
 * That is a bias with LeakyReLU or residual (pointwise/biasForward), and the sum of a convolution's gradient with one
 * other gradient (copy/join), as at the head of every residual block.
 *
 * A kernel that can take an epilogue writes one storage `y` and has the parameters `has_bias` and `slope` (1: no
 * LeakyReLU) and the binding `bias`; one that can add a residual has the binding `skip`, read under the constant SKIP.
 */

import type { Call } from '../../engine/call.ts';
import { inspectKernel } from '../../engine/kernel.ts';
import { countUses, same, touches, writes } from '../../engine/memory/aliasing.ts';
import type { Storage } from '../../engine/memory/storage.ts';
import joinKernel from '../../shaders/copy/join.wgsl';
import biasKernel from '../../shaders/pointwise/biasForward.wgsl';

/** What a call adds to the tensor `from` value by value. */
interface Epilogue {
  from: Storage;
  bias?: Storage;
  skip?: Storage;
  slope: number;
}

/** The ways to see a call as an epilogue: none, one, or for a sum of two either of them. */
function epiloguesOf({ module, read, params, constants }: Call): Epilogue[] {
  if (module === biasKernel)
    return [
      {
        from: read.x,
        bias: read.bias,
        slope: constants?.SKIP ? 1 : params!.slope,
        ...(constants?.SKIP ? { skip: read.skip } : {}),
      },
    ];
  if (module !== joinKernel || constants!.COUNT !== 2 || params!.first !== 0) return [];
  const whole = [0, 1].every((k) => params![`low${k}`] === 0 && params![`high${k}`] === params!.last);
  return whole && !same(read.x0, read.x1)
    ? [
        { from: read.x0, skip: read.x1, slope: 1 },
        { from: read.x1, skip: read.x0, slope: 1 },
      ]
    : [];
}

/** Whether a call's kernel can compute this epilogue, and has none yet. */
function takes({ module, params, constants }: Call, e: Epilogue): boolean {
  const { bindings, fields } = inspectKernel(module);
  if (!fields.some((f) => f.name === 'slope') || params?.slope !== 1 || constants?.SKIP) return false;
  return (!e.bias || params.has_bias === 0) && (!e.skip || bindings.some((b) => b.name === 'skip'));
}

/** Puts epilogues into the launches before them. */
export function fuseEpilogues(list: readonly Call[]): Call[] {
  const calls = [...list];
  const uses = countUses(calls);
  for (let j = 0; j < calls.length; j++) {
    const last = calls[j];
    for (const e of epiloguesOf(last)) {
      const { from } = e;
      // Written once and read once: no other call needs the sum. A call must bind some buffer where it uses none
      // (e.g. no bias); such bindings of `last` are not counted.
      if (from.lasting || from.kept || from.placed || from.root !== from) continue;
      const idle = Object.values(last.read).filter((s) => s.root === from).length - 1;
      const i = calls.findIndex((c) => c.write.y?.root === from);
      if (i < 0 || uses.get(from)! - idle !== 2 || !same(calls[i].write.y, from) || !takes(calls[i], e)) continue;
      const at = place(calls, i, j, e);
      if (at === null) continue;
      const own = calls[i];
      const fused: Call = {
        ...own,
        write: { y: last.write.y },
        read: { ...own.read, ...(e.bias && { bias: e.bias }), ...(e.skip && { skip: e.skip }) },
        params: { ...own.params, slope: e.slope, ...(e.bias && { has_bias: 1 }) },
        ...(e.skip && { constants: { ...own.constants, SKIP: 1 } }),
      };
      if (Object.values(fused.read).some((s) => s.root === fused.write.y.root)) continue;
      calls.splice(j, 1, ...(at === j ? [fused] : []));
      if (at === j) calls.splice(i, 1);
      else calls[i] = fused;
      j--; // the next call is now where this one was
      break;
    }
  }
  return calls;
}

/**
 * Where the launch of both can stand: at the first's place, or else at the second's; null if dependences forbid both.
 */
function place(calls: readonly Call[], i: number, j: number, e: Epilogue): number | null {
  const between = calls.slice(i + 1, j);
  const { y } = calls[j].write;
  const added = [e.bias, e.skip].filter((s) => s !== undefined);
  if (!between.some((c) => touches(c, y) || added.some((s) => writes(c, s)))) return i;
  return between.some((c) => Object.values(calls[i].read).some((s) => writes(c, s))) ? null : j;
}
