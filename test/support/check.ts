/**
 * How an op is proved: forward against its float64 reference, backward against the reference's directional derivative.
 */
import { hashUniform } from '../../src/engine/random.ts';
import type { Case, Op, Ref } from '../../src/autograd/op.ts';
import { gradients } from '../../src/autograd/tape.ts';
import { sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import { mul } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { sizeOf, type Tensor } from '../../src/autograd/tensor.ts';
import type { Session } from '../../src/autograd/session.ts';
import { scoped } from './device.ts';

/** Rounding errors add like a random walk; 6 standard deviations, and a few for the functions' own rounding. */
const bound = (terms: number, magnitude: number): number => 6 * Math.sqrt(terms + 4) * 2 ** -24 * magnitude + 1e-37;

// The attributes' type does not matter to the harness.
type AnyOp = Op<unknown>;
export type AnyCase = Case<unknown>;

/** A case's inputs as the goldens' script makes them too: f32 values from the hash of op, case and index. */
export function caseInputs(op: AnyOp, c: AnyCase): Ref[] {
  return c.inputs.map((input, i) => {
    const raw = hashUniform(`${op.spec.name}/${c.name}/${i}`, sizeOf(input.shape));
    const data = Float64Array.from(raw, (u, k) =>
      input.make ? (input.dtype === 'u32' ? input.make(u, k) : Math.fround(input.make(u, k))) : u,
    );
    return { shape: input.shape, data };
  });
}

function upload(session: Session, c: AnyCase, inputs: readonly Ref[], grads: readonly number[]): Tensor[] {
  return inputs.map((x, i) => {
    const t = session.lasting(x.shape, `${c.name}/${i}`, x.data, c.inputs[i].dtype ?? 'f32');
    t.requiresGrad = grads.includes(i);
    return t;
  });
}

const magnitudeOf = (op: AnyOp, x: readonly Ref[], y: Ref, attrs: unknown): Ref => {
  if (op.spec.magnitude) return op.spec.magnitude(x, attrs);
  const top = x.reduce(
    (m, r) =>
      Math.max(
        m,
        r.data.reduce((a, v) => Math.max(a, Math.abs(v)), 0),
      ),
    0,
  );
  return { shape: y.shape, data: y.data.map((v) => Math.abs(v) + top) };
};

export const gradsOf = (c: AnyCase): readonly number[] =>
  c.grads ?? c.inputs.map((_, i) => i).filter((i) => (c.inputs[i].dtype ?? 'f32') === 'f32');

export async function checkForward(op: AnyOp, c: AnyCase): Promise<void> {
  const inputs = caseInputs(op, c);
  const want = op.spec.reference(inputs, c.attrs);
  const size = magnitudeOf(op, inputs, want, c.attrs);
  const terms =
    op.spec.terms?.(
      c.inputs.map((i) => i.shape),
      c.attrs,
    ) ?? 1;
  const [got] = await scoped((session) => session.compute(() => [op(upload(session, c, inputs, []), c.attrs)]));
  compare(`${op.spec.name} (${c.name}) forward`, got, want, size, terms);
}

/** Throws unless every value lies within the bound: `terms` products summed, `size` their sum without signs. */
export function compare(what: string, got: ArrayLike<number>, want: Ref, size: Ref, terms: number): void {
  if (got.length !== want.data.length)
    throw new Error(`${what}: ${got.length} values, the reference has ${want.data.length}`);
  let worst = -1;
  let ratio = 1;
  for (let i = 0; i < got.length; i++) {
    const r = Math.abs(got[i] - want.data[i]) / bound(terms, size.data[i]);
    if (!(r <= ratio)) {
      ratio = r;
      worst = i;
    }
  }
  if (worst >= 0) {
    const ulp = Math.abs(got[worst] - want.data[worst]) / (Math.abs(want.data[worst]) * 2 ** -23);
    throw new Error(
      `${what} at ${worst}: got ${got[worst]}, reference ${want.data[worst]} ` +
        `(${ulp.toFixed(1)} ulp, ${ratio.toFixed(1)} times the bound)`,
    );
  }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
};
const absDot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += Math.abs(a[i] * b[i]);
  return s;
};

/**
 * <v, vjp(u)> against <u, (f(x + e v) - f(x - e v)) / 2e> for random and one-hot directions v, one input at a time.
 * Richardson extrapolation of two step sizes takes the truncation error out of the comparison and measures it.
 */
export async function checkBackward(op: AnyOp, c: AnyCase, probes = 3): Promise<void> {
  const inputs = caseInputs(op, c);
  const grads = gradsOf(c);
  const want = op.spec.reference(inputs, c.attrs);
  const u = hashUniform(`${op.spec.name}/${c.name}/u`, want.data.length);
  const results = await scoped((session) =>
    session.compute(() => {
      const x = upload(session, c, inputs, grads);
      const y = op(x, c.attrs);
      const loss = sumAll(mul(y, session.lasting(want.shape, 'u', u)));
      return gradients(
        loss,
        grads.map((i) => x[i]),
        { unused: 'error' },
      );
    }),
  );
  const terms =
    op.spec.terms?.(
      c.inputs.map((i) => i.shape),
      c.attrs,
    ) ?? 1;
  // The naive reference is evaluated four times a probe; a large case gets one random direction.
  if (terms * want.data.length > 200_000) probes = 1;
  for (const [k, i] of grads.entries()) {
    const n = inputs[i].data.length;
    for (let probe = 0; probe < (probes > 1 ? probes + 2 : 1); probe++) {
      // The last two probes are corners: only the first, only the last element.
      const v =
        probe < probes
          ? hashUniform(`${op.spec.name}/${c.name}/v${i}/${probe}`, n)
          : Float32Array.from({ length: n }, (_, j) => (j === (probe === probes ? 0 : n - 1) ? 1 : 0));
      const slope = (e: number): number => {
        const f = (sign: number): Float64Array =>
          op.spec.reference(
            inputs.map((x, j) => (j === i ? { shape: x.shape, data: x.data.map((t, m) => t + sign * e * v[m]) } : x)),
            c.attrs,
          ).data;
        const plus = f(1);
        const minus = f(-1);
        return dot(
          u,
          plus.map((p, m) => (p - minus[m]) / (2 * e)),
        );
      };
      const coarse = slope(2e-4);
      const fine = slope(1e-4);
      const expected = (4 * fine - coarse) / 3;
      const got = dot(v, results[k]);
      const scale = absDot(v, results[k]) + Math.abs(expected) + absDot(u, want.data) / Math.sqrt(want.data.length);
      const limit = 20 * bound(terms * 4, scale) + Math.abs(fine - coarse) * 0.1 + 1e-9 * scale;
      if (!(Math.abs(got - expected) <= limit)) {
        throw new Error(
          `${op.spec.name} (${c.name}) gradient of argument ${i}, probe ${probe}: ` +
            `got ${got}, expected ${expected}, limit ${limit}`,
        );
      }
    }
  }
}
