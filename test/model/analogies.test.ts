/** Image Analogies: the serial form against one written from the paper alone, the device form against the serial. */

import * as assert from 'uvu/assert';
import { hashUniform } from '../../src/engine/random.ts';
import {
  imageAnalogies,
  imageFilter,
  textureByNumbers,
} from '../../src/model/baselines/imageAnalogies/imageAnalogies.ts';
import {
  type Analogy,
  causal,
  coherenceFactor,
  type FeaturePlanes,
  halve,
  neighbors,
  pyramid,
} from '../../src/model/baselines/imageAnalogies/problem.ts';
import { choose, featureDistance, serialAnalogies, sides } from '../../src/model/baselines/imageAnalogies/reference.ts';
import { scoped } from '../support/device.ts';
import { test } from '../support/suite.ts';

/** Whole numbers 0..most, the same for the same name. */
const noise = (name: string, c: number, width: number, height: number, most: number): FeaturePlanes => ({
  c,
  width,
  height,
  data: Float32Array.from(hashUniform(name, c * width * height), (u) => Math.floor(((u + 1) / 2) * (most + 0.999))),
});
/** Smooth in places, so that coherent candidates win some of the time. */
const patches = (name: string, c: number, width: number, height: number): FeaturePlanes => {
  const x = noise(name, c, width, height, 9);
  return {
    ...x,
    data: x.data.map((v, i) => v + 40 * (Math.floor((i % width) / 4) % 3) + 15 * (Math.floor(i / width) % 3)),
  };
};

/** Texture-by-numbers as the paper's section 3 says it, by two-dimensional indexing, with pictures as functions. */
function naive({ a, ap, b, kappa, coarsest = 16 }: Analogy): number[] {
  type Pixels = number[][][]; // [y][x][c]
  const read = (p: FeaturePlanes): Pixels =>
    Array.from({ length: p.height }, (_, y) =>
      Array.from({ length: p.width }, (_, x) =>
        Array.from({ length: p.c }, (_, c) => p.data[(c * p.height + y) * p.width + x]),
      ),
    );
  const inside = (p: Pixels, x: number, y: number): boolean => y >= 0 && y < p.length && x >= 0 && x < p[0].length;
  const near = (p: Pixels, x: number, y: number): number[] =>
    p[Math.min(p.length - 1, Math.max(0, y))][Math.min(p[0].length - 1, Math.max(0, x))];
  const down = (p: Pixels): Pixels =>
    Array.from({ length: Math.ceil(p.length / 2) }, (_, y) =>
      Array.from({ length: Math.ceil(p[0].length / 2) }, (_, x) =>
        p[0][0].map((_v, c) => {
          let sum = 0;
          for (let j = -2; j <= 2; j++)
            for (let i = -2; i <= 2; i++)
              sum += (([1, 4, 6, 4, 1][i + 2] * [1, 4, 6, 4, 1][j + 2]) / 256) * near(p, 2 * x + i, 2 * y + j)[c];
          return Math.fround(sum);
        }),
      ),
    );
  const all: [Pixels, Pixels, Pixels][] = [[read(a), read(ap), read(b)]];
  const side = (p: Pixels): number => Math.min(p.length, p[0].length);
  while (Math.min(side(all[0][0]), side(all[0][2])) / 2 >= coarsest)
    all.unshift(all[0].map(down) as [Pixels, Pixels, Pixels]);
  let before: { maps: [Pixels, Pixels, Pixels]; made: Pixels } | null = null;
  let s: number[][] = [];
  for (const [l, maps] of all.entries()) {
    const [A, Ap, B] = maps;
    const made: Pixels = B.map((row) => row.map(() => []));
    s = B.map((row) => row.map(() => -1));
    const window = (
      from: Pixels,
      to: Pixels,
      px: number,
      py: number,
      qx: number,
      qy: number,
      r: number,
      half: boolean,
    ): number => {
      let [sum, total] = [0, 0];
      for (let j = -r; j <= r; j++)
        for (let i = -r; i <= r; i++) {
          if (half && (j > 0 || (j === 0 && i >= 0))) continue;
          const w = Math.exp(-(i * i + j * j) / (2 * ((2 * r + 1) / 4) ** 2));
          total += w;
          if (!inside(to, qx + i, qy + j)) continue;
          sum += w * near(from, px + i, py + j).reduce((t, v, c) => t + (v - to[qy + j][qx + i][c]) ** 2, 0);
        }
      return sum / total;
    };
    const distance = (px: number, py: number, qx: number, qy: number): number => {
      let d = window(A, B, px, py, qx, qy, 2, false) + window(Ap, made, px, py, qx, qy, 2, true);
      if (before)
        d +=
          window(before.maps[0], before.maps[2], px >> 1, py >> 1, qx >> 1, qy >> 1, 1, false) +
          window(before.maps[1], before.made, px >> 1, py >> 1, qx >> 1, qy >> 1, 1, false);
      return d;
    };
    const [sw, sh] = [A[0].length, A.length];
    for (let qy = 0; qy < B.length; qy++)
      for (let qx = 0; qx < B[0].length; qx++) {
        let [app, dApp, coh, dCoh] = [-1, Infinity, -1, Infinity];
        for (let p = 0; p < sw * sh; p++) {
          const d = distance(p % sw, Math.floor(p / sw), qx, qy);
          if (d < dApp) [app, dApp] = [p, d];
        }
        for (let j = -2; j <= 0; j++)
          for (let i = -2; i <= 2; i++) {
            if ((j === 0 && i >= 0) || !inside(B, qx + i, qy + j)) continue;
            const r = s[qy + j][qx + i];
            const [px, py] = [(r % sw) - i, Math.floor(r / sw) - j];
            if (px < 0 || py < 0 || px >= sw || py >= sh) continue;
            const d = distance(px, py, qx, qy);
            if (d < dCoh) [coh, dCoh] = [py * sw + px, d];
          }
        s[qy][qx] = coh >= 0 && dCoh <= dApp * (1 + 2 ** (l - all.length + 1) * kappa) ? coh : app;
        made[qy][qx] = Ap[Math.floor(s[qy][qx] / sw)][s[qy][qx] % sw];
      }
    before = { maps, made };
  }
  return s.flat();
}

test('the serial form does what the paper says', () => {
  for (const kappa of [0, 0.7]) {
    const problem: Analogy = {
      a: patches('ia.a', 2, 11, 9),
      ap: patches('ia.ap', 3, 11, 9),
      b: patches('ia.b', 2, 9, 10),
      kappa,
      coarsest: 4,
    };
    const { matches, result } = serialAnalogies(problem);
    assert.equal(Array.from(matches), naive(problem));
    for (const [i, m] of matches.entries())
      for (let c = 0; c < 3; c++) assert.is(result.data[c * 90 + i], problem.ap.data[c * 99 + m]);
  }
});

test('halving keeps constants and centers of symmetry', () => {
  assert.equal(
    Array.from(halve({ c: 1, width: 5, height: 3, data: new Float32Array(15).fill(7) }).data),
    new Array(6).fill(7),
  );
  const one = halve({
    c: 1,
    width: 9,
    height: 1,
    data: Float32Array.from({ length: 9 }, (_, i) => (i === 4 ? 16 : 0)),
  });
  assert.equal(Array.from(one.data), [0, 1, 6, 1, 0]);
});

test('the device makes the serial choice: on one level at every pixel, on more where float32 can decide', () =>
  scoped(async (session) => {
    for (const kappa of [0, 0.5]) {
      const one: Analogy = {
        a: patches('d.a', 1, 21, 14),
        ap: patches('d.ap', 3, 21, 14),
        b: patches('d.b', 1, 17, 19),
        kappa,
        coarsest: 99,
      };
      const [serial, device] = [serialAnalogies(one), await imageAnalogies(session, one)];
      assert.equal(device.matches, serial.matches);
      assert.equal(device.result.data, serial.result.data);
    }
    const problem: Analogy = {
      a: patches('m.a', 3, 24, 20),
      ap: noise('m.ap', 3, 24, 20, 255),
      b: patches('m.b', 3, 22, 26),
      kappa: 0.8,
      coarsest: 8,
    };
    const levels = pyramid(problem);
    assert.is(levels.length, 2);
    const { matches, result } = await imageAnalogies(session, problem);
    // The finest level again in float64, each choice given the device's choices before it.
    const coarse = await imageAnalogies(session, {
      ...problem,
      a: levels[0].a,
      ap: levels[0].ap,
      b: levels[0].b,
      kappa: problem.kappa / 2,
    });
    const { source, target } = sides(levels[1], { level: levels[0], made: coarse.result });
    target.fine.made.data.set(result.data); // what comes later is not looked at
    const list = neighbors(3, 3, true);
    const factor = coherenceFactor(problem.kappa, 1, 2);
    let coherent = 0;
    for (let y = 0; y < 26; y++)
      for (let x = 0; x < 22; x++) {
        const [got, want] = [matches[y * 22 + x], choose(target, source, list, matches, x, y, factor)];
        if (
          causal.some(
            ([dx, dy]) =>
              x + dx >= 0 && x + dx < 22 && y + dy >= 0 && matches[(y + dy) * 22 + x + dx] - dx - 24 * dy === got,
          )
        )
          coherent++;
        if (got === want) continue;
        const [a, b] = [got, want].map((m) => featureDistance(target, source, list, x, y, m % 24, Math.floor(m / 24)));
        const close = [1, factor, 1 / factor].some((f) => Math.abs(a - b * f) < 1e-5 * Math.max(a, b));
        assert.ok(close, `pixel ${x}, ${y}: the device took ${got} at ${a}, float64 ${want} at ${b}`);
      }
    assert.ok(coherent > 20 && coherent < 22 * 26, `${coherent} coherent choices: both kinds occur`);
  }));

const rgba = (width: number, height: number, f: (x: number, y: number) => number[], source: string) => ({
  width,
  height,
  data: Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : f((i >> 2) % width, Math.floor((i >> 2) / width))[i % 4],
  ),
  hasAlpha: false,
  source,
});

test('a filter learned on a picture does the same to that picture, in other light too, and keeps its colors', () =>
  scoped(async (session) => {
    const u = hashUniform('filter', 24 * 20);
    const gray = (x: number, y: number): number => 90 + 8 * ((x * 5 + y * 3) % 9) + 20 * u[y * 24 + x];
    const a = rgba(24, 20, (x, y) => [gray(x, y), gray(x, y), gray(x, y)], 'a');
    const filtered = (x: number, y: number): number => 250 - gray((x + 1) % 24, y);
    const ap = rgba(24, 20, (x, y) => [filtered(x, y), filtered(x, y), filtered(x, y)], 'ap');
    const same = await imageFilter({ session, a, ap, b: a });
    for (let i = 0; i < same.data.length; i++)
      assert.ok(Math.abs(same.data[i] - ap.data[i]) <= 1, `value ${i}: ${same.data[i]}, ${ap.data[i]}`);
    // Half the contrast, brighter, and reddish: luminance 0.5 y + 60 with a constant tint.
    const tint = [20, -10.2, 0.6]; // no luminance: 0.299 * 20 - 0.587 * 10.2 + 0.114 * 0.6 = 0.06
    const b = rgba(24, 20, (x, y) => tint.map((t) => Math.round(0.5 * gray(x, y) + 60 + t)), 'b');
    const other = await imageFilter({ session, a, ap, b });
    let worst = 0;
    let exact = 0;
    for (let i = 0; i < 24 * 20; i++) {
      const y = [0.299, 0.587, 0.114].reduce((s, k, c) => s + k * other.data[4 * i + c], 0);
      const want = 0.5 * ap.data[4 * i] + 60;
      worst = Math.max(worst, Math.abs(y - want));
      if (Math.abs(y - want) < 2) exact++;
      assert.ok(Math.abs(other.data[4 * i] - other.data[4 * i + 1] - 30.2) < 2.5, 'the tint stays');
    }
    assert.ok(exact > 0.95 * 480, `${exact} of 480 pixels as filtered, worst ${worst}`);
    try {
      await imageFilter({ session, a, ap: rgba(8, 8, () => [0, 0, 0], 'small.png'), b });
      assert.unreachable();
    } catch (e) {
      assert.match((e as Error).message, /small\.png: is 8 x 8/);
    }
  }));

test("texture-by-numbers follows a moved boundary with the photograph's own pixels", () =>
  scoped(async (session) => {
    const [n, colors] = [
      40,
      [
        [200, 30, 30],
        [30, 30, 200],
      ] as [number, number, number][],
    ];
    const labels = (split: number): Uint8Array => Uint8Array.from({ length: n * n }, (_, i) => (i % n < split ? 0 : 1));
    const paint = (split: number) =>
      rgba(n, n, (x, y) => (x < split ? [y % 6 < 3 ? 230 : 150, 20, 20] : [20, 20, x % 4 < 2 ? 220 : 120]), 'photo');
    const photo = paint(20);
    const shares: number[] = [];
    const { image, matches } = await textureByNumbers({
      session,
      photo,
      layout: labels(20),
      target: { width: n, height: n, labels: labels(28) },
      colors,
      onProgress: (s) => shares.push(s),
    });
    let wrong = 0;
    for (let i = 0; i < n * n; i++) {
      for (let c = 0; c < 3; c++) assert.is(image.data[4 * i + c], photo.data[4 * matches[i] + c]);
      if (matches[i] % n < 20 !== i % n < 28) wrong++;
    }
    assert.ok(wrong <= 0.02 * n * n, `${wrong} pixels of the other class`);
    assert.ok(shares.length > 3 && shares.at(-1) === 1 && shares.every((s, i) => !i || s > shares[i - 1]));
  }));
test.run();
