/** Fields of guided patches: PatchMatch against the exact search, and votes against their definition. */

import * as assert from 'uvu/assert';
import {
  fieldSource,
  improveField,
  liftField,
  overuse,
  packPixels,
  searchField,
  seedField,
  voteField,
} from '../../../src/autograd/nnf/patchField.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { scoped } from '../../support/device.ts';
import { test } from '../../support/suite.ts';

const size = 32;
/** Smooth blobs: what neighbors share is what PatchMatch lives on. */
function blobs(name: string): Float32Array {
  const raw = hashUniform(name, 3 * 64);
  return Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const [c, y, x] = [Math.floor(i / size / size), Math.floor(i / size) % size, i % size];
    let sum = 0;
    for (let k = 0; k < 21; k++)
      sum += raw[c * 64 + 3 * k] * Math.cos(0.35 * (raw[3 * k + 1] * x * 2 + raw[3 * k + 2] * y * 2) + 6 * raw[63 - k]);
    return 0.3 * sum;
  });
}

const r = 2,
  n = size - 2 * r;
const bytes = (name: string): Float32Array =>
  blobs(name).map((v) => Math.round((Math.min(1, Math.max(-1, v)) + 1) * 127.5) / 127.5 - 1);
const labelMap = (name: string): Uint8Array =>
  Uint8Array.from(hashUniform(name, size * size), (u, i) =>
    Math.floor(i / size) < size / 2 + 3 * u ? 0 : i % size < 9 ? 1 : 2,
  );
const guideMap = (name: string): Float32Array => {
  const b = blobs(name);
  return Float32Array.from({ length: 4 * size * size }, (_, i) => b[((i % 4) % 3) * size * size + (i >> 2)] / 3);
};
const near = 0.7;

/** Guided distance of two patches by their corners, in float64, from the definition in lib/patchField.wgsl. */
function naive(
  t: { image: Float32Array; labels: Uint8Array; guides: Float32Array },
  s: typeof t,
  ti: number,
  si: number,
): number {
  const [tx, ty, sx, sy] = [ti % n, Math.floor(ti / n), si % n, Math.floor(si / n)];
  let sum = 0;
  for (let i = 0; i < 5; i++)
    for (let j = 0; j < 5; j++) {
      const [a, b] = [(ty + i) * size + tx + j, (sy + i) * size + sx + j];
      for (let c = 0; c < 3; c++) sum += (t.image[c * size * size + a] - s.image[c * size * size + b]) ** 2;
      if (t.labels[a] !== s.labels[b]) sum += near;
    }
  const [a, b] = [(ty + r) * size + tx + r, (sy + r) * size + sx + r];
  for (let k = 0; k < 4; k++) sum += 25 * (t.guides[4 * a + k] - s.guides[4 * b + k]) ** 2;
  return sum;
}
const sides = () =>
  ['t', 's'].map((k) => ({ image: bytes(`pf.${k}`), labels: labelMap(`pf.l${k}`), guides: guideMap(`pf.g${k}`) }));
const center = (labels: Uint8Array, i: number): number => labels[(Math.floor(i / n) + r) * size + (i % n) + r];
const distancesOf = (field: ArrayLike<number>): Float32Array => {
  const u = Uint32Array.from(field);
  return new Float32Array(u.buffer);
};

test('the full search of patches is the float64 minimum over the class; PatchMatch comes near it, never below', () =>
  scoped(async (session) => {
    const [t, s] = sides();
    const run = () =>
      session.compute(() => {
        const source = fieldSource(session, { width: size, height: size }, 5, packPixels(s.image, s.labels), s.guides);
        seedField(source, 5);
        const target = { width: size, height: size, guides: session.lasting([t.guides.length], 'g', t.guides) };
        const map = session.lasting([size * size], 'map', packPixels(t.image, t.labels), 'u32');
        const start = session.lasting(
          [n * n, 2],
          'start',
          Uint32Array.from(hashUniform('pf.start', 2 * n * n), (u) => Math.floor(((u + 1) / 2) * n * n)),
          'u32',
        );
        const passes = Array.from({ length: 6 }, () => [
          { jump: 8, radius: 16 },
          { jump: 4, radius: 8 },
          { jump: 2, radius: 4 },
          { jump: 1, radius: 2 },
        ]).flat();
        const even = session.lasting([256], 'even', new Float32Array(256).fill(1));
        return [
          searchField(source, target, map, { near }),
          improveField(source, target, map, start, passes, 3, { near }),
          overuse(source, target, start, 0.5, even),
          start,
        ];
      });
    const [full, found, scale, start] = await run();
    const [exact, near_] = [distancesOf(full), distancesOf(found)];
    let [sum, least] = [0, 0];
    for (let i = 0; i < n * n; i++) {
      const own = Array.from({ length: n * n }, (_, j) => j).filter((j) => center(s.labels, j) === center(t.labels, i));
      const want = Math.min(...own.map((j) => naive(t, s, i, j)));
      assert.ok(
        Math.abs(exact[2 * i + 1] - want) < 1e-3 * want + 1e-4,
        `patch ${i}: ${exact[2 * i + 1]}, float64 ${want}`,
      );
      assert.ok(own.includes(full[2 * i]) && own.includes(found[2 * i]), `patch ${i} keeps its class`);
      const reached = naive(t, s, i, found[2 * i]);
      assert.ok(
        Math.abs(near_[2 * i + 1] - reached) < 1e-3 * reached + 1e-4,
        `patch ${i}: PatchMatch says ${near_[2 * i + 1]}, its match is ${reached} away`,
      );
      sum += reached;
      least += want;
    }
    assert.ok(sum < 1.1 * least, `PatchMatch ${sum}, exact ${least}`);
    assert.equal((await run())[1], found, 'the same seed gives the same field');
    // Overuse of a few places, counted here.
    for (const j of [0, 5, n * 7 + 9, n * n - 1]) {
      let [uses, cells] = [0, 0];
      for (let y = Math.max(0, Math.floor(j / n) - 3); y <= Math.min(n - 1, Math.floor(j / n) + 3); y++)
        for (let x = Math.max(0, (j % n) - 3); x <= Math.min(n - 1, (j % n) + 3); x++) {
          cells++;
          for (let i = 0; i < n * n; i++) if (start[2 * i] === y * n + x) uses++;
        }
      assert.ok(Math.abs(scale[j] - (1 + 0.5 * Math.max(0, uses / cells - 1))) < 1e-5, `overuse at ${j}: ${scale[j]}`);
    }
  }));

test('a vote is the weighted mean of what the patches say, to a byte; a lifted field moves with its coarse patch', () =>
  scoped(async (session) => {
    const [, s] = sides();
    const small = 14,
      m = small - 2 * r,
      sigma = 1.3;
    const packed = packPixels(s.image, s.labels);
    const matches = Uint32Array.from(hashUniform('pf.field', 2 * m * m), (u) => Math.floor(((u + 1) / 2) * n * n));
    const labels = Uint32Array.from({ length: small * small }, (_, i) => i % 3);
    const target = { width: small, height: small };
    const [picture, lifted] = await session.compute(() => {
      const source = fieldSource(session, { width: size, height: size }, 5, packed, s.guides);
      const coarse = fieldSource(
        session,
        { width: 16, height: 16 },
        5,
        packed.slice(0, 256),
        s.guides.slice(0, 4 * 256),
      );
      const low = { source: coarse, target: { width: small / 2, height: small / 2 } };
      const field = session.lasting([m * m, 2], 'field', matches, 'u32');
      // Coarse match of every coarse patch: (4, 6).
      const one = session.lasting(
        [9, 2],
        'one',
        Uint32Array.from({ length: 18 }, (_, i) => (i % 2 ? 0 : 6 * 12 + 4)),
        'u32',
      );
      return [
        voteField(source, target, session.lasting([labels.length], 'labels', labels, 'u32'), field, sigma),
        liftField(source, target, one, low),
      ];
    });
    for (let y = 0; y < small; y++)
      for (let x = 0; x < small; x++) {
        const sum = [0, 0, 0];
        let total = 0;
        for (let py = Math.max(0, y - 4); py <= Math.min(m - 1, y); py++)
          for (let px = Math.max(0, x - 4); px <= Math.min(m - 1, x); px++) {
            const [i, j, at] = [y - py, x - px, matches[2 * (py * m + px)]];
            const w = Math.exp(-((i - r) ** 2 + (j - r) ** 2) / (2 * sigma ** 2));
            const v = packed[(Math.floor(at / n) + i) * size + (at % n) + j];
            for (let c = 0; c < 3; c++) sum[c] += w * ((v >> (8 * c)) & 255);
            total += w;
          }
        const got = picture[y * small + x];
        for (let c = 0; c < 3; c++)
          assert.ok(
            Math.abs(((got >> (8 * c)) & 255) - sum[c] / total) < 0.51,
            `pixel ${x}, ${y}: ${(got >> (8 * c)) & 255}, float64 ${sum[c] / total}`,
          );
        assert.is(got >>> 24, labels[y * small + x]);
      }
    // The patch at (x, y) lies in its coarse patch, clamped to (0..2, 0..2); it goes where that went, twice as far, and
    // keeps its place.
    for (let y = 0; y < m; y++)
      for (let x = 0; x < m; x++) {
        const c = [x, y].map((v) => Math.min(2, Math.max(0, Math.round((v + 2.5) / 2 - 2.5))));
        const to = [4, 6].map((v, k) =>
          Math.min(n - 1, Math.max(0, Math.round((v + 2.5) * 2 + ([x, y][k] + 2.5) - (c[k] + 2.5) * 2 - 2.5))),
        );
        assert.is(lifted[2 * (y * m + x)], to[1] * n + to[0], `patch ${x}, ${y}`);
      }
  }));
test.run();
