/**
 * Every metric against scikit-image, scikit-learn, SciPy or PyTorch (goldens/make_metrics.py), and on cases whose
 * answer is known.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { hashUniform } from '../../src/engine/random.ts';
import type { Picture } from '../../src/data/image/image.ts';
import { isUserError } from '../../src/data/errors.ts';
import { copyShare } from '../../src/evaluate/metrics/copyCheck.ts';
import { Forest } from '../../src/evaluate/layoutClassifier/forest.ts';
import { frechetDistance, gaussianOf, symmetricEigen } from '../../src/evaluate/metrics/frechet.ts';
import { inceptionFromWeights, isInceptionWeight } from '../../src/evaluate/metrics/inception.ts';
import { layoutScore } from '../../src/evaluate/metrics/labels.ts';
import { patchSimilarity } from '../../src/evaluate/metrics/patches.ts';
import { perceptualDistance } from '../../src/evaluate/metrics/perceptual.ts';
import { lab } from '../../src/evaluate/metrics/planes.ts';
import { psnr, ssim } from '../../src/evaluate/metrics/reconstruction.ts';
import { sifid } from '../../src/evaluate/metrics/sifid.ts';
import { alongDirections, slicedWasserstein, wasserstein1 } from '../../src/evaluate/metrics/wasserstein.ts';
import { sizeOf, type Shape } from '../../src/autograd/tensor.ts';
import { scoped } from '../support/device.ts';
import { golden } from '../support/golden.ts';
import { smoothPicture as picture } from '../support/metricPictures.ts';
import { paint } from '../support/runs.ts';

interface Golden {
  pairs: { name: string; psnr: number; ssim: number }[];
  layout: {
    name: string;
    classes: number;
    used: [number, number];
    meanIoU: number;
    accuracy: number;
    perClass: (number | null)[];
  }[];
  similarity: {
    patch: number;
    coherence: number;
    completeness: number;
    perClass: { coherence: number | null; completeness: number | null }[];
  };
  wasserstein: Record<'one' | 'same length', number>;
  sliced: number;
  inception: { widths: number[]; d64: number; d192: number };
  lab: number[];
  forest: { accuracy: number };
}
const want = golden<Golden>('metrics.json');
const near = (got: number | null, expected: number | null, relative: number, what = ''): void => {
  if (got === null || expected === null) assert.is(got, expected, what);
  else assert.ok(Math.abs(got - expected) <= relative * Math.abs(expected), `${what}: ${got}, expected ${expected}`);
};

const labels = (name: string, n: number, classes: number): Uint8Array =>
  Uint8Array.from(hashUniform(name, n), (u) => Math.min(classes - 1, Math.floor(((u + 1) / 2) * classes)));

for (const c of want.layout) {
  test(`mean IoU and accuracy as scikit-learn: ${c.name}`, () => {
    const [x, y] = [labels(`${c.name}/x`, 300, c.used[0]), labels(`${c.name}/y`, 300, c.used[1])];
    const got = layoutScore(
      x,
      x.map((v, i) => (i % 3 === 0 ? y[i] : v)),
      c.classes,
    );
    near(got.meanIoU, c.meanIoU, 1e-8);
    near(got.accuracy, c.accuracy, 1e-8);
    for (const [k, v] of got.perClass.entries()) near(v, c.perClass[k], 1e-8, `class ${k}`);
  });
}
test('equal maps score 1, and labels out of range are refused', () => {
  assert.is(layoutScore([0, 1, 2], [0, 1, 2], 4).meanIoU, 1);
  assert.throws(() => layoutScore([0, 4], [0, 1], 4), /label 4 at 1/);
  assert.throws(() => layoutScore([0], [0, 1], 2), /1 labels against 2/);
});

test('PSNR and SSIM as scikit-image', () => {
  const a = picture('a', 20, 28);
  const shift = hashUniform('near', 3 * 20 * 28);
  const close: Picture = {
    ...a,
    data: a.data.map((v, i) =>
      i % 4 === 3 ? 255 : Math.min(255, Math.max(0, v + roundEven(12 * shift[Math.floor(i / 4) * 3 + (i % 4)]))),
    ),
  };
  for (const [i, b] of [picture('b', 20, 28), close].entries()) {
    near(psnr(a, b), want.pairs[i].psnr, 1e-8, want.pairs[i].name);
    near(ssim(a, b), want.pairs[i].ssim, 1e-7, want.pairs[i].name);
  }
  assert.is(psnr(a, a), Infinity);
  near(ssim(a, a), 1, 1e-12);
  assert.throws(() => ssim(picture('a', 8, 12), picture('b', 8, 12)), /smaller than its window/);
});
const roundEven = (v: number): number => {
  const r = Math.round(v);
  return Math.abs(v % 1) === 0.5 && r % 2 ? r - 1 : r;
};

test('L*a*b* as scikit-image', () => {
  const got = lab(picture('lab', 4, 8)).planes.flatMap((p) => [...p]);
  for (const [i, v] of got.entries()) assert.ok(Math.abs(v - want.lab[i]) < 2e-3, `${i}: ${v}, ${want.lab[i]}`);
});

test('patch coherence and completeness as exhaustive search, plain and by class', () =>
  scoped(async (session) => {
    const got = await patchSimilarity(
      session,
      { picture: picture('s', 16, 20), labels: labels('ls', 320, 3) },
      { picture: picture('r', 20, 16), labels: labels('lr', 320, 2) },
      3,
      { patch: want.similarity.patch },
    );
    near(got.coherence, want.similarity.coherence, 1e-5);
    near(got.completeness, want.similarity.completeness, 1e-5);
    got.perClass.forEach((v, k) => {
      near(v.coherence, want.similarity.perClass[k].coherence, 1e-5, `class ${k}`);
      near(v.completeness, want.similarity.perClass[k].completeness, 1e-5, `class ${k}`);
    });
  }));

test('coherence and completeness tell cutting from inventing', () =>
  scoped(async (session) => {
    const whole = picture('s', 40, 40);
    const part: Picture = { ...whole, width: 20, data: whole.data.filter((_, i) => Math.floor(i / 4) % 40 < 20) };
    const zeros = (p: Picture): { picture: Picture; labels: Uint8Array } => ({
      picture: p,
      labels: new Uint8Array(p.width * p.height),
    });
    const cut = await patchSimilarity(session, zeros(whole), zeros(part), 1);
    assert.ok(cut.coherence < 0.01 && cut.completeness > 5, 'a part of the source is coherent and not complete');
    const grown = await patchSimilarity(session, zeros(part), zeros(whole), 1);
    assert.ok(grown.completeness < 0.01 && grown.coherence > 5, 'more than the source is complete and not coherent');
  }));

test('Wasserstein distances as SciPy', () =>
  scoped(async (session) => {
    const x = hashUniform('w/x', 37),
      y = hashUniform('w/y', 22).map((v) => v * 0.5 + 0.3);
    near(wasserstein1(x.slice().sort(), y.slice().sort()), want.wasserstein.one, 1e-6);
    near(wasserstein1(y.slice().sort(), x.slice().sort()), want.wasserstein.one, 1e-6);
    near(wasserstein1(x.slice(0, 22).sort(), y.slice().sort()), want.wasserstein['same length'], 1e-6);
    const directions = Array.from({ length: 4 }, (_, i) => {
      const v = hashUniform(`direction/${i}`, 75);
      const n = Math.hypot(...v);
      return v.map((e) => e / n);
    });
    // numpy takes patches as [3, row, column] too: sliding_window_view puts the window's axes last.
    near(
      await alongDirections(
        session,
        picture('a', 20, 28),
        picture('r', 20, 16),
        5,
        Float32Array.from(directions.flatMap((d) => [...d])),
      ),
      want.sliced,
      1e-5,
    );
  }));

test('sliced Wasserstein: nothing for the same picture, little for a mirrored one, the shift for a brighter one', () =>
  scoped(async (session) => {
    const a = paint(32, 32, (x, y) => [(x * 37 + y * 59) % 200, (x * 11) % 200, (y * 23) % 200]);
    const brighter = { ...a, data: a.data.map((v, i) => (i % 4 === 3 ? 255 : v + 20)) };
    const mean = (v: number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
    assert.is(mean(await slicedWasserstein(session, a, a)), 0);
    assert.ok(mean(await slicedWasserstein(session, a, brighter)) > 5);
    assert.is((await slicedWasserstein(session, a, a)).length, 3);
    assert.is(
      (
        await slicedWasserstein(
          session,
          paint(10, 10, () => [1, 2, 3]),
          a,
        )
      ).length,
      1,
      'no level smaller than a patch',
    );
  }));

type Weights = Map<string, { shape: Shape; data: Float32Array }>;
function inceptionWeights(widths: readonly number[]): Weights {
  const out: Weights = new Map();
  for (const [i, [name, k]] of (
    [
      ['Conv2d_1a_3x3', 3],
      ['Conv2d_2a_3x3', 3],
      ['Conv2d_2b_3x3', 3],
      ['Conv2d_3b_1x1', 1],
      ['Conv2d_4a_3x3', 3],
    ] as const
  ).entries()) {
    const n = widths[i + 1],
      shape = [n, widths[i], k, k];
    out.set(`${name}.conv.weight`, {
      shape,
      data: hashUniform(`${name}.conv.weight`, sizeOf(shape)).map((v) => v * Math.sqrt(3 / ((widths[i] * k * k) / 2))),
    });
    for (const [part, center] of [
      ['bn.weight', 1],
      ['bn.bias', 0],
      ['bn.running_mean', 0],
      ['bn.running_var', 1],
    ] as const)
      out.set(`${name}.${part}`, { shape: [n], data: hashUniform(`${name}.${part}`, n).map((v) => center + 0.1 * v) });
  }
  return out;
}

test('SIFID with small Inception weights as PyTorch and SciPy', () =>
  scoped(async (session) => {
    const inception = inceptionFromWeights(session, inceptionWeights(want.inception.widths), 'hash');
    const [a, b] = [picture('i', 72, 80), picture('j', 64, 96)];
    const got = await sifid(session, inception, a, b);
    near(got.d64, want.inception.d64, 1e-3, '64');
    near(got.d192, want.inception.d192, 1e-3, '192');
    const same = await sifid(session, inception, a, a);
    assert.ok(same.d64 < 1e-6 && same.d192 < 1e-6, JSON.stringify(same));
  }));

test('Inception: weight files that do not fit are refused by tensor', () =>
  scoped(async (session) => {
    const refused = (change: (w: Weights) => void, pattern: RegExp): void => {
      const weights = inceptionWeights([3, 5, 6, 8, 7, 12]);
      change(weights);
      let error: unknown;
      try {
        inceptionFromWeights(session, weights, 'my.pth');
      } catch (e) {
        error = e;
      }
      assert.ok(isUserError(error), String(error));
      assert.match((error as Error).message, pattern);
    };
    refused((w) => w.clear(), /^my\.pth: the tensor 'Conv2d_1a_3x3\.conv\.weight' \[32, 3, 3, 3\] is missing/);
    refused((w) => w.delete('Conv2d_2b_3x3.bn.running_var'), /'Conv2d_2b_3x3\.bn\.running_var' \[8\] is missing/);
    refused(
      (w) => w.set('Conv2d_4a_3x3.bn.bias', { shape: [3], data: new Float32Array(3) }),
      /'Conv2d_4a_3x3\.bn\.bias' is \[3\], \[12\] is expected/,
    );
    assert.is([...inceptionWeights([3, 1, 1, 1, 1, 1]).keys()].filter(isInceptionWeight).length, 25);
    assert.not(isInceptionWeight('fc.weight'));
  }));

test('the Frechet distance of Gaussians in closed form, and eigenvalues of rank-deficient matrices', () => {
  const diagonal = (mean: number[], v: number[]) => ({
    mean: Float64Array.from(mean),
    covariance: Float64Array.from({ length: v.length ** 2 }, (_, i) =>
      i % (v.length + 1) ? 0 : v[i / (v.length + 1)],
    ),
  });
  near(frechetDistance(diagonal([1, 2], [4, 9]), diagonal([0, 4], [1, 16])), 1 + 4 + 1 + 1, 1e-12);
  const g = gaussianOf(hashUniform('rank', 30 * 8), 30); // 8 vectors of 30 dimensions
  const { values } = symmetricEigen(g.covariance, 30);
  assert.is(values.filter((v) => v > 1e-9).length, 7);
  near(
    values.reduce((a, b) => a + b, 0),
    g.covariance.reduce((s, v, i) => s + (i % 31 ? 0 : v), 0),
    1e-10,
  );
});

test('copy check: a moved copy, a part copied, a fresh picture, and the tolerance', () => {
  const source = picture('s', 64, 64),
    other = picture('t', 64, 64);
  const moved = (dx: number, dy: number, from = source): Picture =>
    paint(64, 64, (x, y) => {
      const p = 4 * (((y - dy + 64) % 64) * 64 + ((x - dx + 64) % 64));
      return [from.data[p], from.data[p + 1], from.data[p + 2]];
    });
  assert.equal(copyShare(source, source), { share: 1, dx: 0, dy: 0, unmoved: 1 });
  const m = copyShare(source, moved(9, -5));
  assert.equal([m.dx, m.dy], [9, -5]);
  near(m.share, (55 * 59) / 4096, 0.02); // what wraps around is not that shift
  const half = paint(64, 64, (x, y) => {
    const p = 4 * (y * 64 + x);
    const d = x < 32 ? source.data : other.data;
    return [d[p], d[p + 1], d[p + 2]];
  });
  const h = copyShare(source, half);
  assert.ok(h.share > 0.5 && h.share < 0.52 && h.dx === 0 && h.dy === 0, JSON.stringify(h));
  assert.ok(copyShare(source, other).share < 0.03);
  const nudged = (by: number): Picture => ({
    ...source,
    data: source.data.map((v, i) => (i % 4 === 3 ? 255 : v < 128 ? v + by : v - by)),
  });
  assert.is(copyShare(source, nudged(8)).share, 1);
  assert.ok(copyShare(source, nudged(9)).share < 0.03);
});

test('the perceptual distance: 0 for equal pictures, symmetric, larger with blur and with another texture', () => {
  const a = picture('a', 40, 40),
    other = picture('b', 40, 40);
  const blurred = paint(
    40,
    40,
    (x, y) =>
      [0, 1, 2].map((c) => {
        let sum = 0;
        for (let v = -1; v <= 1; v++)
          for (let u = -1; u <= 1; u++)
            sum += a.data[4 * (Math.min(39, Math.max(0, y + v)) * 40 + Math.min(39, Math.max(0, x + u))) + c];
        return Math.round(sum / 9);
      }) as [number, number, number],
  );
  assert.is(perceptualDistance(a, a), 0);
  const [b, o] = [perceptualDistance(a, blurred), perceptualDistance(a, other)];
  assert.ok(b > 0.001 && o > 5 * b, `${b} ${o}`);
  near(perceptualDistance(blurred, a), b, 1e-9);
});

test("extremely randomized trees as good as scikit-learn's, and the same each time", () => {
  const n = 1500,
    u = hashUniform('forest', 6 * n);
  const columns = Array.from({ length: 6 }, (_, f) => u.slice(f * n, (f + 1) * n));
  const y = Uint8Array.from({ length: n }, (_, i) =>
    columns[0][i] ** 2 + columns[1][i] ** 2 < 0.3
      ? 0
      : columns[0][i] + 0.5 * columns[1][i] * columns[2][i] > 0.2
        ? 1
        : 2,
  );
  const part = (from: number, to: number) => columns.map((c) => c.slice(from, to));
  const train = () =>
    Forest.train(
      { columns: part(0, 1000), labels: y.slice(0, 1000), classes: 3 },
      { trees: 24, tries: 4, least: 8, seed: 1 },
    );
  const shares = train().shares(part(1000, n));
  let right = 0;
  for (let i = 0; i < 500; i++) {
    const s = [...shares.slice(3 * i, 3 * i + 3)];
    near(s[0] + s[1] + s[2], 1, 1e-5);
    if (s.indexOf(Math.max(...s)) === y[1000 + i]) right++;
  }
  assert.ok(right / 500 > want.forest.accuracy - 0.03, `${right / 500} against ${want.forest.accuracy}`);
  assert.equal(train().shares(part(1000, n)), shares);
});

test.run();
