/**
 * Contiguous ranges of a tensor without copies: `part` cuts one out (samples of a batch, or channels of a single
 * sample), and `join` puts ranges together, adding where they overlap. Each is the other's gradient.
 */

import { grid } from '../../../engine/grid.ts';
import { alignment, type Storage } from '../../../engine/memory/storage.ts';
import kernel from '../../../shaders/copy/join.wgsl';
import { type Op, type OpSpec, ref, shapeError, taped } from '../../op.ts';
import { type OpSession, type Shape, sizeOf, Tensor } from '../../tensor.ts';
import { reshape } from './reshape.ts';
import { sliceOrPad } from './slice.ts';

interface PartAttrs {
  /** First value, a multiple of 64: 256 bytes. */ from: number;
  shape: Shape;
}
interface JoinAttrs {
  shape: Shape;
  /** Where each input's first value lies, a multiple of 4. */
  from: readonly number[];
}

const bindable = (from: number): boolean => (from * 4) % alignment === 0;
/**
 * Whether `size` values from `from` on can be a view: WebGPU can bind them, and gradients can be added in whole vec4.
 */
const canPart = (x: Shape, from: number, size: number): boolean =>
  bindable(from) && ((from + size) % 4 === 0 || from + size === sizeOf(x));

const partSpec: OpSpec<PartAttrs> = {
  name: 'part',
  shape: ([s], { from, shape }) => {
    if (from + sizeOf(shape) > sizeOf(s) || !canPart(s, from, sizeOf(shape)))
      shapeError('part', `[${shape}] from value ${from} on of [${s}]`);
    return shape;
  },
  forward: () => {
    throw new Error('part launches nothing');
  },
  backward: ({ attrs: { from } }, part) => [{ part, from }],
  reference: ([x], { from, shape }) => ref(shape, (i) => x.data[from + i]),
  cases: [
    { name: 'sample', inputs: [{ shape: [3, 2, 4, 8] }], attrs: { from: 64, shape: [1, 2, 4, 8] } },
    { name: 'channels', inputs: [{ shape: [1, 3, 8, 8] }], attrs: { from: 128, shape: [1, 1, 8, 8] } },
    { name: 'head', inputs: [{ shape: [2, 3, 4, 7] }], attrs: { from: 0, shape: [1, 3, 4, 7] } },
  ],
};

// Not made by op(), because its output lies in its input's memory.
const cut = (x: readonly Tensor[], attrs: PartAttrs): { out: Tensor; aux: readonly Tensor[] } => {
  const out = x[0].range(attrs.from, partSpec.shape([x[0].shape], attrs), 'part');
  return taped(partSpec, x, out, [], attrs);
};
/** The values [from, from + size) of x under `shape`: no launch. */
export const partOp: Op<PartAttrs> = Object.assign((x: readonly Tensor[], attrs: PartAttrs) => cut(x, attrs).out, {
  spec: partSpec,
  full: cut,
});

const joinSpec: OpSpec<JoinAttrs> = {
  name: 'join',
  shape: (shapes, { shape, from }) => {
    const total = sizeOf(shape);
    for (const [k, s] of shapes.entries()) {
      const end = from[k] + sizeOf(s);
      if (from[k] % 4 || end > total || (end % 4 && end !== total))
        shapeError('join', `[${s}] from value ${from[k]} on does not fit into [${shape}]`);
    }
    return shape;
  },
  forward: (session, x, y, { from }) => record(session, x, y, from),
  backward: ({ x, attrs: { from }, needs }, dy) => x.map((t, k) => (needs[k] ? part(dy, from[k], t.shape) : undefined)),
  reference: (x, { shape, from }) => {
    const y = ref(shape, () => 0);
    for (const [k, t] of x.entries())
      t.data.forEach((v, i) => {
        y.data[from[k] + i] += v;
      });
    return y;
  },
  terms: (shapes) => shapes.length,
  cases: [
    {
      name: 'two samples',
      inputs: [{ shape: [1, 2, 4, 8] }, { shape: [2, 2, 4, 8] }],
      attrs: { shape: [3, 2, 4, 8], from: [0, 64] },
    },
    {
      name: 'odd sum',
      inputs: [{ shape: [2, 3, 5, 7] }, { shape: [2, 3, 5, 7] }, { shape: [2, 3, 5, 7] }],
      attrs: { shape: [2, 3, 5, 7], from: [0, 0, 0] },
    },
    {
      name: 'sum and parts',
      inputs: [{ shape: [2, 1, 4, 4] }, { shape: [1, 1, 4, 4] }, { shape: [1, 1, 4, 4] }, { shape: [1, 1, 2, 2] }],
      attrs: { shape: [2, 1, 4, 4], from: [0, 0, 16, 28] },
    },
    {
      name: 'six',
      inputs: Array.from({ length: 6 }, () => ({ shape: [1, 3, 4, 4] })),
      attrs: { shape: [2, 3, 4, 4], from: [0, 48, 24, 4, 0, 48] },
    },
    { name: 'gaps', inputs: [{ shape: [1, 2, 4] }], attrs: { shape: [5, 2, 4], from: [12] } },
  ],
};

// Not made by op(), because inputs that lie side by side already need no new memory.
const put = (x: readonly Tensor[], attrs: JoinAttrs): { out: Tensor; aux: readonly Tensor[] } => {
  const { session } = x[0];
  const shape = joinSpec.shape(
    x.map((t) => t.shape),
    attrs,
  );
  let out = adjacent(x, attrs.from, shape);
  if (!out) joinSpec.forward(session, x, (out = session.temporary(shape, 'join', x[0].dtype)), attrs);
  return taped(joinSpec, x, out, [], attrs);
};
/** Sum of ranges: y is 0 where no input reaches. */
export const joinOp: Op<JoinAttrs> = Object.assign((x: readonly Tensor[], attrs: JoinAttrs) => put(x, attrs).out, {
  spec: joinSpec,
  full: put,
});

/** The values [from, from + size of shape) of x: a view where that is possible, else a copy. */
export function part(x: Tensor, from: number, shape: Shape): Tensor {
  if (canPart(x.shape, from, sizeOf(shape))) return partOp([x], { from, shape });
  const flat = reshape([x], { shape: [1, 1, 1, x.size] });
  return reshape([sliceOrPad([flat], { start: [0, 0, 0, from], size: [1, 1, 1, sizeOf(shape)] })], { shape });
}

/** Whether the inputs cover `size` values without a gap and without an overlap. */
function tiles(x: readonly Tensor[], from: readonly number[], size: number): boolean {
  let end = 0;
  for (const k of x.map((_, i) => i).sort((a, b) => from[a] - from[b])) {
    if (from[k] !== end) return false;
    end += x[k].size;
  }
  return end === size;
}

/** The inputs as one tensor where they lie one after the other in the same memory. */
function adjacent(x: readonly Tensor[], from: readonly number[], shape: Shape): Tensor | null {
  const { root } = x[0].storage;
  const base = x[0].storage.start - root.start - from[0] * 4;
  const inLine = x.every((t, k) => t.storage.root === root && t.storage.start - root.start - from[k] * 4 === base);
  if (!inLine || base < 0 || base % alignment || !tiles(x, from, sizeOf(shape))) return null;
  return new Tensor(x[0].session, shape, x[0].dtype, root.range(base, sizeOf(shape) * 4, 'join'));
}

/** Lets inputs have their memory right inside y where that is possible; returns the others' numbers. */
function settle(session: OpSession, x: readonly Tensor[], y: Tensor, from: readonly number[]): number[] {
  const all = x.map((_, k) => k);
  if (!tiles(x, from, y.size)) return all;
  const movable = ({ storage: s, size }: Tensor, at: number): boolean =>
    bindable(at) &&
    !s.lasting &&
    !s.placed &&
    !s.kept &&
    s.bytes === size * 4 &&
    x.filter((t) => t.storage.root === s).length === 1;
  const chosen = all.filter((k) => movable(x[k], from[k]));
  // A dispatch that reads one of them and writes another would have one buffer bound both ways, which WebGPU forbids.
  const roots = new Set(chosen.map((k) => x[k].storage));
  const touches = (bound: Readonly<Record<string, Storage>>): boolean =>
    Object.values(bound).some((s) => roots.has(s.root));
  if (session.calls.some((c) => touches(c.read) && touches(c.write))) return all;
  for (const k of chosen) x[k].storage.place(y.storage, from[k] * 4);
  return all.filter((k) => !chosen.includes(k));
}

function record(session: OpSession, x: readonly Tensor[], y: Tensor, from: readonly number[]): void {
  const left = settle(session, x, y, from);
  if (left.length < x.length) {
    for (const k of left) launch(session, [x[k]], [from[k]], y, from[k], from[k] + x[k].size);
    return;
  }
  add(session, x, y, from);
}

/** Four ranges a launch; a further launch adds to the sum so far. */
function add(session: OpSession, x: readonly Tensor[], y: Tensor, from: readonly number[]): void {
  let done: Tensor | null = null;
  for (let at = 0; at < x.length; ) {
    const inputs: Tensor[] = done ? [done] : [];
    const lows = done ? [0] : [];
    while (at < x.length && inputs.length < 4) {
      inputs.push(x[at]);
      lows.push(from[at++]);
    }
    const out = at < x.length ? session.temporary(y.shape, 'join.sum') : y;
    launch(session, inputs, lows, out, 0, y.size);
    done = out;
  }
}

const quads = (n: number): number => Math.ceil(n / 4);
function launch(
  session: OpSession,
  x: readonly Tensor[],
  from: readonly number[],
  y: Tensor,
  first: number,
  last: number,
): void {
  const params: Record<string, number> = { first: first / 4, last: quads(last) };
  for (let k = 0; k < 4; k++) {
    params[`low${k}`] = k < x.length ? from[k] / 4 : 0;
    params[`high${k}`] = k < x.length ? quads(from[k] + x[k].size) : 0;
  }
  const at = (k: number): Tensor => x[Math.min(k, x.length - 1)];
  session.run(kernel, {
    read: { x0: at(0), x1: at(1), x2: at(2), x3: at(3) },
    write: { y },
    params,
    constants: { COUNT: x.length },
    groups: grid(quads(last) - first / 4, 256),
  });
}
