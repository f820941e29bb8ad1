/**
 * Every op of the list, every case, against PyTorch (goldens/make/make_ops.py): the float64 reference, and on this
 * adapter output and gradients.
 */
import { test } from '../support/suite.ts';
import { four, type Case, type Op } from '../../src/autograd/op.ts';
import { ops } from '../../src/autograd/ops/index.ts';
import { mul } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import { gradients } from '../../src/autograd/tape.ts';
import { sameShape, sizeOf, type Shape } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { caseInputs } from '../support/check.ts';
import { scoped } from '../support/device.ts';
import { golden, summary } from '../support/golden.ts';
import { caseEntry, keyOf } from '../goldens/export-cases.ts';

type AnyOp = Op<unknown>;
type AnyCase = Case<unknown>;
/** Summaries: y of the output, d0, d1, ... of the gradients. */
type Golden = { key: number; shape: Shape; y: number[] } & Record<`d${number}`, number[]>;
const wanted = golden<{ ops: Record<string, Record<string, Golden>> }>('ops.json').ops;
const remake = '`node test/goldens/make/ops.mjs` makes the goldens again';

// Errors of one output are bounded as in check.ts. Those of several add like a random walk too, so a summary's error (a
// norm, or a dot product with numbers below 1) is bounded by the L2 norm of theirs.
const relative = (terms: number): number => 6 * Math.sqrt(terms + 4) * 2 ** -24;

function outputLimit(op: AnyOp, c: AnyCase): number {
  const x = caseInputs(op, c);
  const terms =
    op.spec.terms?.(
      x.map((r) => r.shape),
      c.attrs,
    ) ?? 1;
  let size = op.spec.magnitude?.(x, c.attrs).data;
  if (!size) {
    const top = x.reduce((m, r) => r.data.reduce((a, v) => Math.max(a, Math.abs(v)), m), 0);
    size = op.spec.reference(x, c.attrs).data.map((v) => Math.abs(v) + top);
  }
  return relative(terms) * Math.hypot(...size) + 1e-37;
}

/** All products behind the output, shared out among the input's values, are the terms of one gradient value. */
function gradientLimit(op: AnyOp, c: AnyCase, i: number, outputs: number, norm: number): number {
  const terms =
    op.spec.terms?.(
      c.inputs.map((x) => x.shape),
      c.attrs,
    ) ?? 1;
  return relative(4 * terms * Math.max(1, outputs / sizeOf(c.inputs[i].shape))) * norm + 1e-37;
}

/** Golden numbers have nine digits. */
function compare(what: string, got: readonly number[], want: readonly number[], limit: number): void {
  const named = ['norm', 'probe 0', 'probe 1', 'probe 2'];
  if (process.env.SEMIA_VERBOSE) console.log(what, Math.max(...got.map((g, k) => Math.abs(g - want[k]))) / limit);
  for (const [k, w] of want.entries()) {
    if (!(Math.abs(got[k] - w) <= limit + 1e-8 * Math.max(want[0], Math.abs(w))))
      throw new Error(`${what}, ${named[k]}: got ${got[k]}, PyTorch ${w} (limit ${limit}, norm ${want[0]})`);
  }
}

async function check(op: AnyOp, c: AnyCase): Promise<void> {
  const name = `${op.spec.name}/${c.name}`;
  const want = wanted[op.spec.name]?.[c.name];
  const add = `add ${op.spec.name} to OPS in test/goldens/make/ops.py, then ${remake}`;
  if (!want) throw new Error(`${name} has no golden: ${op.spec.name in wanted ? remake : add}`);
  const entry = caseEntry(op, c);
  if (want.key !== keyOf(entry)) throw new Error(`${name} is not the case that its golden was made for: ${remake}`);
  const given = entry.grads.map((i) => `d${i}`).join();
  const made = Object.keys(want)
    .filter((k) => /^d\d/.test(k))
    .join();
  if (given !== made) throw new Error(`${name}: gradients ${given}, the golden has ${made}`);
  const shape = op.spec.shape(
    c.inputs.map((x) => x.shape),
    c.attrs,
  );
  if (!sameShape(four(shape), four(want.shape))) throw new Error(`${name}: shape [${shape}], PyTorch [${want.shape}]`);
  const values = caseInputs(op, c);
  const [y, ...grads] = await scoped((session) =>
    session.compute(() => {
      const x = c.inputs.map(({ shape, dtype }, i) => session.lasting(shape, `${name}/${i}`, values[i].data, dtype));
      for (const i of entry.grads) x[i].requiresGrad = true;
      const out = op(x, c.attrs);
      if (!entry.grads.length) return [out];
      const loss = sumAll(mul(out, session.lasting(shape, 'u', hashUniform(`${name}/u`, out.size))));
      // A declared "no gradient" counts as zeros, which PyTorch's must then be.
      return [
        out,
        ...gradients(
          loss,
          entry.grads.map((i) => x[i]),
          { unused: 'zero' },
        ),
      ];
    }),
  );
  compare(`${name} float64 reference`, summary(`${name}/y`, op.spec.reference(values, c.attrs).data), want.y, 0);
  compare(`${name} output`, summary(`${name}/y`, y), want.y, outputLimit(op, c));
  for (const [k, i] of entry.grads.entries()) {
    const d = want[`d${i}`];
    compare(
      `${name} gradient of argument ${i}`,
      summary(`${name}/d${i}`, grads[k]),
      d,
      gradientLimit(op, c, i, sizeOf(shape), d[0]),
    );
  }
}

test('the goldens hold no op or case that is gone', () => {
  const names = ops.flatMap((op) => op.spec.cases.map((c) => `${op.spec.name}/${c.name}`));
  if (new Set(names).size !== names.length)
    throw new Error(`cases of one name: ${names.filter((n, i) => names.indexOf(n) !== i)}`);
  const over = Object.entries(wanted)
    .flatMap(([op, cases]) => Object.keys(cases).map((c) => `${op}/${c}`))
    .filter((n) => !names.includes(n));
  if (over.length) throw new Error(`left over: ${over.join(', ')}; ${remake}`);
});

const only = process.env.SEMIA_OP;
for (const op of ops)
  for (const c of op.spec.cases)
    if (!only || op.spec.name === only) test(`${op.spec.name}/${c.name}`, () => check(op, c));
test.run();
