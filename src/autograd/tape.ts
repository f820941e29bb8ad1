/** Reverse-mode differentiation: the walk back over the tape. */
import { fill } from './kernels/fill.ts';
import { joinOp } from './ops/copy/ranges.ts';
import { type Node, type Part, type Shape, sameShape, type Tensor } from './tensor.ts';

/**
 * d(loss)/d(wrt), each of the shape of its `wrt`. Only the part of the tape between the two is walked. With `twice` the
 * result is on the tape itself, so that it can be differentiated again.
 * @throws if a rule is missing, or if a `wrt` does not influence the loss (unless `unused` allows zeros).
 */
export function gradients(
  loss: Tensor,
  wrt: readonly Tensor[],
  options: { seed?: Tensor; twice?: boolean; unused?: 'error' | 'zero' } = {},
): Tensor[] {
  const { twice = false, unused = 'error' } = options;
  const session = loss.session;
  const targets = new Set(wrt);
  const nodes = collect(loss);
  // Only tensors between a target and the loss need a gradient; ids grow along the tape.
  const needed = new Set<Tensor>(wrt);
  for (const node of nodes) if (node.inputs.some((t) => needed.has(t))) needed.add(node.output);
  const grads = new Map<Tensor, Part[]>();
  const taping = session.taping;
  session.taping = twice;
  try {
    grads.set(loss, [{ part: options.seed ?? fill(session, loss.shape, 1), from: 0 }]);
    for (const node of nodes.reverse()) {
      if (!grads.has(node.output) || !needed.has(node.output)) continue;
      const needs = node.inputs.map((t) => needed.has(t));
      const some = twice || targets.has(node.output) ? null : reached(node.output, grads.get(node.output)!);
      const dx =
        (some && node.pullSamples(some.dy(), some.first, needs)) ?? node.pull(total(node.output, grads), needs, twice);
      if (!targets.has(node.output)) grads.delete(node.output);
      for (const [i, input] of node.inputs.entries()) {
        if (!needs[i]) continue;
        const g = dx[i];
        if (g === undefined) throw new Error(`${node.op}: no gradient rule for argument ${i}`);
        if (g === null) continue;
        const entry = 'part' in g ? g : { part: g, from: 0 };
        if (!('part' in g) && !sameShape(g.shape, input.shape))
          throw new Error(`${node.op}: gradient of argument ${i} is [${g.shape}], the argument [${input.shape}]`);
        const before = grads.get(input);
        if (before) before.push(entry);
        else grads.set(input, [entry]);
      }
    }
    return wrt.map((t, i) => {
      if (grads.has(t)) return total(t, grads);
      if (unused === 'zero') return fill(session, t.shape, 0);
      throw new Error(`gradients: ${t.storage.label || `target ${i}`} does not influence the loss`);
    });
  } finally {
    session.taping = taping;
  }
}

/** The samples that gradients reach, if they are not all: the first of them, and the gradient of theirs. */
function reached(t: Tensor, parts: readonly Part[]): { first: number; dy: () => Tensor } | null {
  const [n, ...rest] = t.shape;
  if (!rest.length) return null;
  const size = t.size / n;
  const first = Math.floor(Math.min(...parts.map((p) => p.from)) / size);
  const count = Math.ceil(Math.max(...parts.map((p) => p.from + p.part.size)) / size) - first;
  if (count === n || (first * size) % 4) return null;
  return {
    first,
    dy: () =>
      summed(
        parts.map((p) => ({ ...p, from: p.from - first * size })),
        [count, ...rest],
      ),
  };
}

const summed = (parts: readonly Part[], shape: Shape): Tensor =>
  parts.length === 1 && sameShape(parts[0].part.shape, shape)
    ? parts[0].part
    : joinOp(
        parts.map((p) => p.part),
        { shape, from: parts.map((p) => p.from) },
      );

/** The gradient of a tensor that has its parts together: all of them in one sum. */
function total(t: Tensor, grads: Map<Tensor, Part[]>): Tensor {
  const part = summed(grads.get(t)!, t.shape);
  grads.set(t, [{ part, from: 0 }]);
  return part;
}

/** All nodes behind a tensor, in the order they were made. */
function collect(root: Tensor): Node[] {
  const seen = new Set<Node>();
  const stack = root.node ? [root.node] : [];
  while (stack.length) {
    const node = stack.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const t of node.inputs) if (t.node && !seen.has(t.node)) stack.push(t.node);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The same values, cut off from the tape. */
export function detach(t: Tensor): Tensor {
  return t.view(t.shape);
}
