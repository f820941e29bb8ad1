/**
 * Shared by the golden tests: the fixed values that the PyTorch scripts use (test/goldens/make/hashing.py), and
 * comparisons.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashUniform } from '../../src/engine/random.ts';
import type { Init } from '../../src/model/networks/layers.ts';
import { sizeOf, type Shape } from '../../src/autograd/tensor.ts';
import { root } from './root.ts';

/** A file of test/goldens. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(join(root, 'test/goldens', name), 'utf8')) as T;
}

/** Fan-in as the goldens count it: a transposed 4x4 stride 2 output sums ci * 4 taps. */
const fanIn = (name: string, shape: Shape): number =>
  /\.up\.weight$/.test(name) ? shape[0] * 4 : sizeOf(shape.slice(1));

export const goldenInit =
  (change: (name: string, values: Float64Array) => Float64Array = (_n, v) => v): Init =>
  (name, shape, kind) => {
    const n = sizeOf(shape);
    const h = Float64Array.from(hashUniform(name, n));
    if (kind === 'unit') {
      const length = Math.sqrt(h.reduce((a, v) => a + v * v, 0));
      return Float32Array.from(h, (v) => v / length);
    }
    const values =
      kind === 'weight'
        ? Float32Array.from(h, (v) => v * Math.sqrt(3 / fanIn(name, shape)))
        : Float32Array.from(h, (v) => (kind === 'one' ? 1 : 0) + 0.1 * v);
    return Float32Array.from(change(name, Float64Array.from(values)));
  };

/** [L2 norm, dot products with three hash vectors named after the tensor]. */
export function summary(name: string, data: ArrayLike<number>): number[] {
  const dot = (p: ArrayLike<number>): number => {
    let s = 0;
    for (let i = 0; i < data.length; i++) s += data[i] * p[i];
    return s;
  };
  return [Math.sqrt(dot(data)), ...[0, 1, 2].map((k) => dot(hashUniform(`probe/${k}/${name}`, data.length)))];
}

/**
 * Compares a summary with a golden one. The golden's last number is what PyTorch's own float32 loses on this tensor,
 * relative in L2; another order of the same sums may lose several times as much (goldens/README.md, 'Tolerances').
 */
export function checkSummary(what: string, got: readonly number[], want: readonly number[], floor = 1e-6): void {
  const norm = want[0];
  const limit = (8 * want[4] + floor) * norm;
  for (let k = 0; k < 4; k++) {
    if (!(Math.abs(got[k] - want[k]) <= limit))
      throw new Error(`${what}: number ${k} is ${got[k]}, PyTorch has ${want[k]} (limit ${limit}, norm ${norm})`);
  }
}
