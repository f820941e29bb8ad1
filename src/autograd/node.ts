/** How an op's output comes onto the tape: backward rules, and the node that holds one. */
import { alignment } from '../engine/memory/storage.ts';
import type { InputGradients, Shape, Tensor } from './tensor.ts';

/** What an op's backward rule may use. */
export interface BackwardContext<A> {
  x: readonly Tensor[];
  y: Tensor;
  /** What forward saved, beside its output. */
  aux: readonly Tensor[];
  attrs: A;
  /** Whether a gradient is wanted for each input; the rest may be left out. */
  needs: readonly boolean[];
  /** True when the gradients will be differentiated again: a rule must then be made of taped ops. */
  twice: boolean;
}

/** A backward rule: the gradients of the inputs from `dy`, which has the output's shape. */
export type Backward<A> = (context: BackwardContext<A>, dy: Tensor) => InputGradients;

/** The part of an op's specification that the tape needs. */
export interface TapedSpec<A> {
  name: string;
  /** null: the op declares that no gradient flows through it. */
  backward: Backward<A> | null;
  /**
   * For an output whose samples (first axis) depend on their own samples alone: which inputs have samples, too. What
   * forward saved then lies by samples as well. A gradient that reaches some samples only is taken back through those
   * only.
   */
  samplewise?: (shapes: readonly Shape[], attrs: A) => readonly boolean[] | null;
}

/** An op's output and what its forward saved. */
export interface OpResult {
  out: Tensor;
  aux: readonly Tensor[];
}

let nextId = 1;

/** Puts an op's output on the tape if an input is on it and the op has a gradient. */
export function taped<A>(
  spec: TapedSpec<A>,
  x: readonly Tensor[],
  out: Tensor,
  aux: readonly Tensor[],
  attrs: A,
): OpResult {
  const rule = spec.backward;
  if (rule && x[0].session.taping && x.some((t) => t.requiresGrad)) {
    out.requiresGrad = true;
    out.node = {
      id: nextId++,
      op: spec.name,
      inputs: x,
      output: out,
      pull: (dy, needs, twice) => rule({ x, y: out, aux, attrs, needs, twice }, dy),
      pullSamples: (dy, first, needs) => {
        const shapes = x.map((t) => t.shape);
        const flags = spec.samplewise?.(shapes, attrs);
        const n = out.shape[0];
        const start = (t: Tensor): number => (first * t.size) / n;
        if (!flags || [out, ...aux, ...x.filter((_, i) => flags[i])].some((t) => (start(t) * 4) % alignment))
          return null;
        const cut = (t: Tensor): Tensor => t.range(start(t), [(t.shape[0] / n) * dy.shape[0], ...t.shape.slice(1)]);
        const inputs = x.map((t, i) => (flags[i] ? cut(t) : t));
        const g = rule({ x: inputs, y: cut(out), aux: aux.map(cut), attrs, needs, twice: false }, dy);
        return g.map((v, i) => (v && flags[i] && !('part' in v) ? { part: v, from: start(x[i]) } : v));
      },
    };
  }
  return { out, aux };
}
