/**
 * Deep Image Analogy and its parts: L-BFGS on known functions, fields against a full search, VGG's step between layers,
 * the whole on a small random VGG.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { fieldMap, improveFeatureField, voteFeatures } from '../../src/autograd/nnf/featureField.ts';
import { minimize } from '../../src/autograd/optimizer/lbfgs.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { encodeSafetensors, type NamedTensor } from '../../src/data/formats/safetensors.ts';
import { HostRandom, hashUniform } from '../../src/engine/random.ts';
import { deepAnalogy, responses } from '../../src/model/baselines/deepAnalogy/deepAnalogy.ts';
import { vggFromWeights, vggLayers } from '../../src/model/networks/vgg.ts';
import { readPicture } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { folder, run } from '../support/child.ts';
import { scoped } from '../support/device.ts';
import { paint } from '../support/runs.ts';
import { test } from '../support/suite.ts';

/** Rosenbrock's valley in two dimensions. */
const rosenbrock = async ([x, y]: ArrayLike<number> & Iterable<number>) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
});

test("L-BFGS finds Rosenbrock's minimum", async () => {
  const { x, value, iterations, evaluations } = await minimize([-1.2, 1], rosenbrock, { iterations: 100 });
  assert.ok(Math.abs(x[0] - 1) < 1e-4 && Math.abs(x[1] - 1) < 1e-4, `${x}`);
  assert.ok(
    value < 1e-8 && iterations < 60 && evaluations < 150,
    `${value} after ${iterations} steps, ${evaluations} evaluations`,
  );
});

test('L-BFGS: a quadratic of condition 1e4, and steps that never rise', async () => {
  const n = 40;
  const curvature = Float64Array.from({ length: n }, (_, i) => 10 ** ((4 * i) / (n - 1)));
  const values: number[] = [];
  const { x } = await minimize(
    new Float32Array(n).fill(1),
    async (p) => ({
      value: p.reduce((s, v, i) => s + 0.5 * curvature[i] * (v - i / n) ** 2, 0),
      gradient: p.map((v, i) => curvature[i] * (v - i / n)),
    }),
    { iterations: 400, memory: 20 },
  );
  const furthest = x.reduce((m, v, i) => Math.max(m, Math.abs(v - i / n)), 0);
  assert.ok(furthest < 1e-3, `furthest ${furthest}`);
  for (let k = 1; k < 20; k++) values.push((await minimize([-1.2, 1], rosenbrock, { iterations: k })).value);
  for (const [i, v] of values.entries())
    assert.ok(i === 0 || v <= values[i - 1], `step ${i}: ${v} after ${values[i - 1]}`);
  const flat = await minimize([3, 4], async () => ({ value: 1, gradient: [0, 0] }), { iterations: 5 });
  assert.equal([...flat.x], [3, 4]);
  const cliff = await minimize([1], async ([v]) => ({ value: v > 0 ? v : NaN, gradient: [1] }), { iterations: 3 });
  assert.ok(cliff.x[0] >= 0 && cliff.value <= 1);
});

test('a feature field finds what a full search finds, and its distances are true', () =>
  scoped(async (session) => {
    const [c, h, w] = [8, 12, 14];
    const source = hashUniform('field source', c * h * w);
    // The target is the source moved by (3, 2), wrapped, with noise: a smooth field to be found.
    const noise = hashUniform('field noise', c * h * w);
    const target = Float32Array.from({ length: c * h * w }, (_, i) => {
      const [x, y, k] = [i % w, Math.floor(i / w) % h, Math.floor(i / w / h)];
      return source[(k * h + ((y + 2) % h)) * w + ((x + 3) % w)] + 0.02 * noise[i];
    });
    const lasting = (name: string, data: Float32Array): Tensor => session.lasting([1, c, h, w], name, data);
    const random = new HostRandom(1);
    const start = session.lasting(
      [h * w, 2],
      'start',
      Uint32Array.from({ length: 2 * h * w }, () => Math.floor(random.next() * h * w)),
      'u32',
    );
    const [field, a, b, voted] = await session.compute(() => {
      const [t, s] = [fieldMap([lasting('target', target)]), fieldMap([lasting('source', source)])];
      const f = improveFeatureField(t, s, start, { patch: 3, iterations: 16, radius: 14, stream: 5 });
      return [f, t, s, voteFeatures(s, f, h, w, 3)];
    });
    const at = (map: ArrayLike<number>, x: number, y: number, k: number): number =>
      map[(Math.min(h - 1, Math.max(0, y)) * w + Math.min(w - 1, Math.max(0, x))) * c + k];
    const distance = (t: number, s: number): number => {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++)
          for (let k = 0; k < c; k++)
            sum +=
              (at(a, (t % w) + dx, Math.floor(t / w) + dy, k) - at(b, (s % w) + dx, Math.floor(s / w) + dy, k)) ** 2;
      return sum;
    };
    const costs = new Float32Array(field.buffer);
    let same = 0;
    for (let t = 0; t < h * w; t++) {
      const m = field[2 * t];
      assert.ok(
        Math.abs(costs[2 * t + 1] - distance(t, m)) < 1e-4,
        `pixel ${t}: ${costs[2 * t + 1]}, ${distance(t, m)}`,
      );
      let best = 0;
      for (let s = 1; s < h * w; s++) if (distance(t, s) < distance(t, best)) best = s;
      if (best === m) same++;
    }
    assert.ok(same >= 0.95 * h * w, `${same} of ${h * w} pixels have the nearest patch`);
    // The vote, by its definition.
    for (const [x, y, k] of [
      [0, 0, 1],
      [5, 6, 3],
      [w - 1, 4, 7],
    ]) {
      let [sum, n] = [0, 0];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const [px, py] = [x - dx, y - dy];
          if (px < 0 || py < 0 || px >= w || py >= h) continue;
          const m = field[2 * (py * w + px)];
          const [qx, qy] = [(m % w) + dx, Math.floor(m / w) + dy];
          if (qx < 0 || qy < 0 || qx >= w || qy >= h) continue;
          sum += b[(qy * w + qx) * c + k] as number;
          n++;
        }
      assert.ok(Math.abs(voted[(y * w + x) * c + k] - sum / n) < 1e-5);
    }
  }));

/** A VGG of small widths with random weights, of the scale that keeps a signal's size. */
function smallVgg(widths = [8, 8, 12, 12, 16]): Map<string, NamedTensor> {
  const out = new Map<string, NamedTensor>();
  let channels = 3;
  for (const [b, numbers] of [
    [0, 2],
    [5, 7],
    [10, 12, 14, 16],
    [19, 21, 23, 25],
    [28, 30, 32, 34],
  ].entries())
    for (const n of numbers) {
      const width = widths[b];
      out.set(`features.${n}.weight`, {
        shape: [width, channels, 3, 3],
        data: hashUniform(`features.${n}`, width * channels * 9).map((v) => v * Math.sqrt(6 / (9 * channels))),
      });
      out.set(`features.${n}.bias`, {
        shape: [width],
        data: hashUniform(`features.${n}.bias`, width).map((v) => 0.1 * v),
      });
      channels = width;
    }
  return out;
}

test("VGG's step from one layer to the next is its own; responses are the paper's", () =>
  scoped(async (session) => {
    const vgg = vggFromWeights(session, smallVgg(), 'small');
    const image = session.lasting([1, 3, 32, 48], 'image', hashUniform('image', 3 * 32 * 48));
    const read = await session.compute(() => {
      const f = vgg.features(image, vggLayers);
      return [...f.slice(1), ...vggLayers.slice(0, 4).map((name, i) => vgg.next(f[i], name)), f[0], responses(f[0])];
    });
    for (let i = 0; i < 4; i++) assert.equal([...read[4 + i]], [...read[i]], vggLayers[i + 1]);
    const n = 32 * 48;
    const squares = Array.from({ length: n }, (_, p) => {
      let s = 0;
      for (let k = 0; k < 8; k++) s += (read[8][k * n + p] as number) ** 2;
      return s;
    });
    const [low, high] = [Math.min(...squares), Math.max(...squares)];
    for (const p of [0, 100, 777, 1500])
      assert.ok(
        Math.abs((read[9][p] as number) - 1 / (1 + Math.exp(-300 * ((squares[p] - low) / (high - low) - 0.05)))) < 1e-3,
      );
  }));

/** A disc on a ground, in two arrangements and two colorings. */
const disc = (
  cx: number,
  cy: number,
  inside: readonly [number, number, number],
  outside: readonly [number, number, number],
) =>
  paint(
    48,
    48,
    (x, y) =>
      ((x - cx) ** 2 + (y - cy) ** 2 < 150 ? inside : outside).map((v) =>
        Math.max(0, Math.min(255, v + ((x * 7 + y * 13) % 9) - 4)),
      ) as [number, number, number],
  );
const a = disc(16, 18, [210, 70, 60], [60, 90, 160]);
const b = disc(30, 28, [240, 200, 60], [40, 110, 60]);
const mean = (p: { width: number; data: Uint8Array }, x: number, y: number): number[] =>
  [0, 1, 2].map((k) => {
    let s = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) s += p.data[4 * ((y + dy) * p.width + x + dx) + k];
    return s / 25;
  });
const near = (u: number[], v: readonly number[]): number => Math.max(...u.map((x, k) => Math.abs(x - v[k])));

test('both directions: the arrangement of the one in the looks of the other, the same every time', () =>
  scoped(async (session) => {
    const vgg = vggFromWeights(session, smallVgg(), 'small');
    const make = (seed: number) => deepAnalogy({ session, vgg, a, b, iterations: 6, steps: 4, seed });
    const first = await make(0);
    const bytes = session.memory.bytes; // with what recorded steps share
    const again = await make(0);
    assert.is(session.memory.bytes, bytes, 'nothing is left on the device');
    assert.equal(first.ap.data, again.ap.data);
    assert.equal(first.b.data, again.b.data);
    // Every color comes from the other picture: none of the own ones are left.
    const own = (p: { data: Uint8Array }, from: typeof a): number => {
      let s = 0;
      for (let i = 0; i < p.data.length; i += 4)
        s += Math.min(
          ...[
            [16, 18],
            [30, 28],
            [44, 4],
          ].map(([x, y]) => near([...p.data.slice(i, i + 3)], mean(from, x, y))),
        );
      return s / (p.data.length / 4);
    };
    assert.ok(own(first.ap, b) < own(first.ap, a), "A' has B' 's colors");
    assert.ok(own(first.b, a) < own(first.b, b), "B has A's colors");
  }));

test('as users run it', async () => {
  writeFileSync(join(folder, 'a.png'), encodePng(a));
  writeFileSync(join(folder, 'b.png'), encodePng(b));
  writeFileSync(join(folder, 'vgg.safetensors'), encodeSafetensors(smallVgg()));
  const done = await run([
    'deepanalogy',
    'a.png',
    'b.png',
    '-o',
    'exchanged',
    '--vgg',
    'vgg.safetensors',
    '--size',
    '32',
    '--iterations',
    '3',
    '--steps',
    '2',
    '--quiet',
  ]);
  assert.is(done.code, 0, done.stderr);
  const again = await run(['rerun', 'exchanged/b-in-the-looks-of-a.png']);
  assert.match(again.stdout, /deep image analogy\): equal/, again.stderr);
  for (const name of ['a-in-the-looks-of-b.png', 'b-in-the-looks-of-a.png'])
    assert.is((await readPicture(join(folder, 'exchanged', name))).width, 32);
});
test.run();
