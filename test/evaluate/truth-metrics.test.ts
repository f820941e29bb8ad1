/**
 * What compares a result with the true picture beyond PSNR and SSIM: against SciPy (goldens/make_metrics.py), on cases
 * whose answer is known, and in bands or by choice against the whole.
 */
import * as assert from 'uvu/assert';
import type { Picture } from '../../src/data/image/image.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { gradientDeviation, meanGradient, sharpnessRatio } from '../../src/evaluate/metrics/gradients.ts';
import { bandedDistance } from '../../src/evaluate/metrics/perceptual.ts';
import { psnr, quarterPsnr } from '../../src/evaluate/metrics/reconstruction.ts';
import { slicedWasserstein } from '../../src/evaluate/metrics/wasserstein.ts';
import { scoped } from '../support/device.ts';
import { golden } from '../support/golden.ts';
import { smoothPicture } from '../support/metricPictures.ts';
import { paint } from '../support/runs.ts';
import { test } from '../support/suite.ts';

const want = golden<{ gradients: { gmsd: number; sharpness: [number, number]; quarter: number } }>(
  'metrics.json',
).gradients;
const near = (got: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(got - expected) <= relative * Math.abs(expected), `${got}, expected ${expected}`);
const gray = (width: number, height: number, level: (x: number, y: number) => number): Picture =>
  paint(width, height, (x, y) => [level(x, y), level(x, y), level(x, y)]);

test('GMSD, mean gradients and PSNR at quarter size as SciPy', () => {
  const [a, b] = [smoothPicture('a', 20, 28), smoothPicture('b', 20, 28)];
  near(gradientDeviation(a, b), want.gmsd, 1e-5);
  near(meanGradient(a), want.sharpness[0], 1e-5);
  near(sharpnessRatio(a, b), want.sharpness[0] / want.sharpness[1], 1e-5);
  near(quarterPsnr(a, b), want.quarter, 1e-8);
});

test('equal pictures: no deviation, sharpness 1, infinite PSNR', () => {
  const a = smoothPicture('a', 24, 32);
  assert.is(gradientDeviation(a, a), 0);
  assert.is(sharpnessRatio(a, a), 1);
  assert.is(quarterPsnr(a, a), Infinity);
});

test('a ramp has the gradient of its slope; a ramp of half the slope is half as sharp', () => {
  const ramp = gray(20, 12, (x) => 10 * x),
    flat = gray(20, 12, (x) => 5 * x);
  near(meanGradient(ramp), 10, 1e-6);
  near(sharpnessRatio(flat, ramp), 0.5, 1e-6);
  // Prewitt on the halved ramps: gradients of 40 and 20 everywhere, so the similarity is the same everywhere.
  assert.ok(gradientDeviation(ramp, flat) < 1e-6);
});

test('GMSD of an edge that is missing: similarity 170 / (m^2 + 170) at its two columns, 1 elsewhere', () => {
  const edge = gray(24, 16, (x) => (x < 12 ? 60 : 160)),
    none = gray(24, 16, () => 60);
  // Halved: 12 x 8 with a step of 100, seen in 2 of the 10 columns of windows, where the magnitude is 100.
  const [s, share] = [170 / (100 ** 2 + 170), 0.2];
  near(gradientDeviation(edge, none), (1 - s) * Math.sqrt(share * (1 - share)), 1e-5);
});

test('noise of a pixel costs full PSNR much and quarter PSNR little', () => {
  const a = gray(40, 40, () => 128),
    b = gray(40, 40, (x, y) => ((x + y) % 2 ? 148 : 108));
  near(psnr(a, b), 10 * Math.log10(255 ** 2 / 400), 1e-9);
  assert.is(quarterPsnr(a, b), Infinity);
});

test('sizes that differ or are too small are refused', () => {
  const [a, b] = [gray(8, 8, () => 0), gray(8, 6, () => 0)];
  assert.throws(() => gradientDeviation(a, b), /8 x 8 against 8 x 6/);
  assert.throws(() => quarterPsnr(a, b), /8 x 8 against 8 x 6/);
  assert.throws(
    () =>
      gradientDeviation(
        gray(5, 9, () => 0),
        gray(5, 9, () => 0),
      ),
    /smaller than 6 pixels/,
  );
  assert.throws(() => meanGradient(gray(1, 9, () => 0)), /smaller than 2 pixels/);
});

test('the perceptual distance in bands is that of the whole picture', () => {
  const [a, b] = [smoothPicture('a', 80, 40), smoothPicture('b', 80, 40)];
  const whole = bandedDistance(a, b, Infinity);
  for (const rows of [7, 25, 64]) near(bandedDistance(a, b, 40 * rows), whole, 1e-4);
});

test('sliced Wasserstein from some of the patches is close to that from all', () =>
  scoped(async (session) => {
    const random = hashUniform('grain', 120 * 120);
    const grain = (shift: number): Picture => gray(120, 120, (x, y) => 128 + shift + 60 * random[120 * y + x]);
    const [all] = await slicedWasserstein(session, grain(0), grain(9), { levels: 1, most: Infinity });
    const [some] = await slicedWasserstein(session, grain(0), grain(9), { levels: 1, most: 3000 });
    near(some, all, 0.1);
    assert.is.not(some, all);
  }));

test.run();
