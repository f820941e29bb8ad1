/** Matrix products, one or a batch, of matrices or their transposes. Its gradients are matrix products again. */

import { grid } from '../../../engine/grid.ts';
import packKernel from '../../../shaders/matmul/pack.wgsl';
import { runPlan } from '../../kernels/run.ts';
import { type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { absolute } from '../../reference.ts';
import type { OpSession, Shape, Tensor } from '../../tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { productFamily } from './families.ts';

/** Whether a, b enter transposed (their last two axes swapped). */
/** Which factors of a product are stored transposed. */
export interface MatmulAttrs {
  /** The first. */
  ta: boolean;
  /** The second. */
  tb: boolean;
}

/** A matrix or batch of matrices as stored, seen from the product: `rows` are A's rows or B's columns, `depth` is K. */
interface Side {
  batch: number;
  rows: number;
  depth: number;
  rowStep: number;
  depthStep: number;
}
function side(s: Shape, rowsFirst: boolean): Side {
  const [p, q] = s.slice(-2);
  const batch = s.length === 3 ? s[0] : 1;
  return rowsFirst
    ? { batch, rows: p, depth: q, rowStep: q, depthStep: 1 }
    : { batch, rows: q, depth: p, rowStep: 1, depthStep: q };
}
const sides = ([a, b]: readonly Shape[], { ta, tb }: MatmulAttrs): [Side, Side] => [side(a, !ta), side(b, tb)];

/** [K][ceil(rows / 4)] vec4, as the kernel reads it: the matrix itself where it lies so. */
function packed(session: OpSession, x: Tensor, { batch, rows, depth, rowStep, depthStep }: Side): Tensor {
  if (rowStep === 1 && rows % 4 === 0) return x;
  const r4 = Math.ceil(rows / 4);
  const y = session.temporary([batch, depth, r4 * 4], 'matmul.packed');
  session.run(packKernel, {
    read: { x },
    write: { y },
    groups: [...grid(r4 * depth, 64), batch],
    params: { rows, r4, depth, batch: rows * depth, row_step: rowStep, depth_step: depthStep },
  });
  return y;
}

function product([a, b]: readonly Ref[], attrs: MatmulAttrs): Ref {
  const shapes = [a.shape, b.shape];
  const [l, r] = sides(shapes, attrs);
  return ref(outShape(shapes, attrs), (i) => {
    const at = Math.floor(i / (l.rows * r.rows));
    const row = Math.floor(i / r.rows) % l.rows;
    let sum = 0;
    for (let k = 0; k < l.depth; k++) {
      sum +=
        a.data[(l.batch > 1 ? at : 0) * l.rows * l.depth + row * l.rowStep + k * l.depthStep] *
        b.data[(r.batch > 1 ? at : 0) * r.rows * r.depth + (i % r.rows) * r.rowStep + k * r.depthStep];
    }
    return sum;
  });
}

function outShape(shapes: readonly Shape[], attrs: MatmulAttrs): Shape {
  const [a, b] = shapes;
  const [l, r] = [a, b].every((s) => s.length === 2 || s.length === 3)
    ? sides(shapes, attrs)
    : shapeError('matmul', `two or three axes are expected, not [${a}] and [${b}]`);
  if (l.depth !== r.depth)
    shapeError(
      'matmul',
      `[${a}]${attrs.ta ? ' transposed' : ''} and [${b}]${attrs.tb ? ' transposed' : ''} do not fit`,
    );
  if (l.batch !== r.batch && l.batch !== 1 && r.batch !== 1)
    shapeError('matmul', `batches of ${l.batch} and ${r.batch}`);
  const matrix = [l.rows, r.rows];
  return a.length === 3 || b.length === 3 ? [Math.max(l.batch, r.batch), ...matrix] : matrix;
}

/** [a [.., M, K], b [.., K, N]] -> [.., M, N]; one matrix may serve a whole batch of the other. */
export const matmulOp: Op<MatmulAttrs> = op<MatmulAttrs>({
  name: 'matmul',
  shape: outShape,
  forward: (session, [a, b], y, attrs) => {
    const [l, r] = sides([a.shape, b.shape], attrs);
    // Lanes run along the longer side of y: that product, or the transposed one.
    const flip = l.rows > r.rows;
    const [rows, columns] = flip ? [r, l] : [l, r];
    const plan = session.choices.plan(productFamily, {
      m: rows.rows,
      n: columns.rows,
      k: l.depth,
      batch: Math.max(l.batch, r.batch),
      aShared: rows.batch === 1,
      bShared: columns.batch === 1,
      transposed: flip,
    });
    runPlan(session, plan, { a: packed(session, flip ? b : a, rows), b: packed(session, flip ? a : b, columns), y });
  },
  backward: ({ x: [a, b], attrs: { ta, tb }, needs }, dy) => [
    needs[0] ? sumTo(ta ? matmul(b, dy, { ta: tb, tb: true }) : matmul(dy, b, { tb: !tb }), a.shape) : undefined,
    needs[1] ? sumTo(tb ? matmul(dy, a, { ta: true, tb: ta }) : matmul(a, dy, { ta: !ta }), b.shape) : undefined,
  ],
  reference: product,
  terms: (shapes, attrs) => sides(shapes, attrs)[0].depth,
  magnitude: ([a, b], attrs) => product([absolute(a), absolute(b)], attrs),
  cases: [false, true].flatMap((ta) =>
    [false, true].flatMap((tb) =>
      (
        [
          [[], 3, 5, 7, []],
          [[], 8, 4, 12, []],
          [[], 1, 33, 1, []],
          [[2], 5, 6, 9, [2]],
          [[3], 4, 3, 8, []],
          [[], 2, 3, 18, [2]],
          [[1], 4, 2, 4, [2]],
        ] as const
      ).map(([left, m, k, n, right]) => ({
        name: `${ta ? 'T' : 'N'}${tb ? 'T' : 'N'} ${[...left, m, k]},${[...right, k, n]}`,
        attrs: { ta, tb },
        inputs: [{ shape: [...left, ...(ta ? [k, m] : [m, k])] }, { shape: [...right, ...(tb ? [n, k] : [k, n])] }],
      })),
    ),
  ),
});

/** Matrix product: a [..,M,K], b [..,K,N] -> [..,M,N]; one matrix may serve a whole batch of the other. */
export const matmul = (a: Tensor, b: Tensor, { ta = false, tb = false }: Partial<MatmulAttrs> = {}): Tensor =>
  matmulOp([a, b], { ta, tb });
