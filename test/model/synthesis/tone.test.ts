/** Tones: steps between patches evened out, against a dense solution on the host. */

import * as assert from 'uvu/assert';
import { type FieldPixels, packPixels } from '../../../src/autograd/nnf/patchField.ts';
import { solveGrid, toneField } from '../../../src/autograd/nnf/tone.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { scoped } from '../../support/device.ts';
import { test } from '../../support/suite.ts';

/** A dense symmetric system solved by elimination, float64. */
function solve(a: Float64Array[], b: number[]): number[] {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < n; k++)
    for (let i = k + 1; i < n; i++) {
      const f = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= f * rows[k][j];
    }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * x[j];
    x[i] = sum / rows[i][i];
  }
  return x;
}

test('the cycles solve the grid system', () =>
  scoped(async (session) => {
    const [w, h] = [13, 9];
    const n = w * h;
    const uniform = (name: string): Float32Array => hashUniform(name, n).map((v) => (v + 1) / 2);
    const [right, below, sums] = [uniform('tone.right'), uniform('tone.below'), hashUniform('tone.sums', n)];
    const weight = (i: number): [number, number, number, number] => [
      i % w < w - 1 ? right[i] : 0,
      i < n - w ? below[i] ** 4 : 0,
      0.002,
      0,
    ];
    const a = Array.from({ length: n }, () => new Float64Array(n));
    const edge = (p: number, q: number, v: number): void => {
      if (!v) return;
      a[p][p] += v;
      a[q][q] += v;
      a[p][q] -= v;
      a[q][p] -= v;
    };
    for (let i = 0; i < n; i++) {
      const [x, y, own] = weight(i);
      edge(i, i + 1, x);
      edge(i, i + w, y);
      a[i][i] += own;
    }
    const truth = solve(a, [...sums]);
    const four = (f: (i: number) => readonly number[]): Float32Array =>
      Float32Array.from(Array.from({ length: n }, (_, i) => f(i)).flat());
    const weights = session.lasting([n, 4], 'weights', four(weight));
    const right4 = session.lasting(
      [n, 4],
      'sums',
      four((i) => [sums[i], 2 * sums[i], 0, 0]),
    );
    const [x] = await session.compute(() => [solveGrid(session, { width: w, height: h, weights, sums: right4 }, 60)]);
    const largest = Math.max(...truth.map(Math.abs));
    for (let i = 0; i < n; i++) {
      assert.ok(Math.abs(x[4 * i] - truth[i]) < 2e-3 * largest, `cell ${i}: ${x[4 * i]} for ${truth[i]}`);
      assert.ok(Math.abs(x[4 * i + 1] - 2 * truth[i]) < 4e-3 * largest);
    }
  }));

/** A picture of one gradient, [3,h,w]. */
const ramp = (w: number, h: number): Float32Array =>
  Float32Array.from({ length: 3 * w * h }, (_, i) => -0.4 + (0.8 * (i % w)) / w);

const tonesOf = (toned: Uint32Array): number[] =>
  Array.from({ length: toned.length / 2 }, (_, i) => ((toned[2 * i + 1] & 1023) - 512) / 1022);

async function toned(
  session: Parameters<Parameters<typeof scoped>[0]>[0],
  w: number,
  h: number,
  match: (x: number, y: number) => number,
  reach: number,
): Promise<number[]> {
  const patch = 5;
  const packed = packPixels(ramp(w, h), new Uint8Array(w * h));
  const source: FieldPixels = { width: w, height: h, patch, map: session.lasting([w * h], 'map', packed, 'u32') };
  const across = w - patch + 1;
  const count = across * (h - patch + 1);
  const field = Uint32Array.from({ length: 2 * count }, (_, i) =>
    i % 2 ? 0 : match((i / 2) % across, Math.floor(i / 2 / across)),
  );
  const labels = session.lasting([w * h], 'labels', new Uint32Array(w * h), 'u32');
  const given = session.lasting([count, 2], 'field', field, 'u32');
  const [out] = await session.compute(() => [
    toneField(source, source, labels, given, { spread: 0.1, largest: 0.5, other: 0.1, reach }),
  ]);
  return tonesOf(out as Uint32Array);
}

test('a field that copies the source has no tones; its matches stay', () =>
  scoped(async (session) => {
    const tones = await toned(session, 32, 20, (x, y) => y * 28 + x, 10);
    assert.ok(tones.every((v) => v === 0));
  }));

test('where a brighter part was put beside a darker one, the tones take the step away', () =>
  scoped(async (session) => {
    const [w, h, across] = [40, 20, 36];
    // The right half shows what lies eight pixels further right: brighter by 0.16 than what would go on.
    const tones = await toned(session, w, h, (x, y) => y * across + (x < 18 ? x : Math.min(across - 1, x + 8)), 200);
    const row = tones.slice(8 * across, 9 * across);
    const step = row[17] - row[18];
    assert.ok(Math.abs(step - 0.16) < 0.02, `a step of ${step} is taken back`);
    const near = await toned(session, w, h, (x, y) => y * across + (x < 18 ? x : Math.min(across - 1, x + 8)), 4);
    assert.ok(Math.abs(near[8 * across]) < 0.02, `far from the step, a short reach leaves ${near[8 * across]}`);
  }));
test.run();
