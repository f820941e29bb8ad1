/** PatchMatch against the exact search, and patch synthesis on a picture whose answer is known. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashUniform } from '../../src/engine/random.ts';
import {
  fieldSource,
  improveField,
  liftField,
  overuse,
  packPixels,
  searchField,
  seedField,
  voteField,
} from '../../src/autograd/nnf/patchField.ts';
import { preset } from '../../src/model/presets.ts';
import { placesWithin, regionCoordinates } from '../../src/model/synthesis/regionCoordinates.ts';
import { surroundings } from '../../src/model/synthesis/guides.ts';
import type { PairData } from '../../src/model/pair.ts';
import { preview, releasePreview } from '../../src/model/synthesis/preview.ts';
import { shrinkImage } from '../../src/model/synthesis/pyramid.ts';
import { learnCastShadows, castShadowsOf } from '../../src/model/synthesis/castShadows.ts';
import { refine, synthesize, synthesizeTargets } from '../../src/model/synthesis/synthesis.ts';
import type { Draft } from '../../src/model/synthesis/level.ts';
import { defaultSynthesis } from '../../src/model/synthesis/options.ts';
import { scoped } from '../support/device.ts';

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

test('the full search of guided patches is the float64 minimum over the class; PatchMatch comes near it, never below', () =>
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

/** Left half red stripes, right half blue with a gradient; classes 0 and 1. */
function scene(split: number): PairData {
  const n = 48;
  const labels = Uint8Array.from({ length: n * n }, (_, i) => (i % n < split ? 0 : 1));
  const image = Float32Array.from({ length: 3 * n * n }, (_, i) => {
    const [c, y, x] = [Math.floor(i / n / n), Math.floor(i / n) % n, i % n];
    if (x < split) return c === 0 ? (y % 6 < 3 ? 0.9 : 0.3) : -0.8;
    return c === 2 ? 0.9 - y / n : -0.6;
  });
  return { width: n, height: n, image, labels };
}
const psnr = (a: Float32Array, b: Float32Array): number =>
  10 * Math.log10(4 / (a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / a.length));

test("synthesis follows a moved boundary with the source's textures, and leaves no memory behind", () =>
  scoped(async (session) => {
    const source = scene(24);
    const target = scene(32);
    await synthesize(session, source, source, 2);
    const before = session.memory.bytes;
    const made = await synthesize(session, source, { ...target }, 2);
    assert.ok(psnr(made, target.image) > 20, `PSNR ${psnr(made, target.image)}`);
    assert.ok(psnr(made, target.image) > psnr(source.image, target.image) + 6);
    assert.equal(await synthesize(session, source, { ...target }, 2), made, 'twice the same');
    assert.ok(session.memory.bytes <= before + 2 ** 20, `${session.memory.bytes - before} bytes more`);
  }));

/** A pair's picture at a quarter of its size, [3,h,w]. */
const shrunk = ({ width, height, image }: PairData): Draft => ({
  width: width / 4,
  height: height / 4,
  image: shrinkImage(image, width, height, width / 4, height / 4),
});

test("refinement brings a blurred draft to the source's sharpness", () =>
  scoped(async (session) => {
    const source = scene(24);
    const target = scene(32);
    const small = 12;
    const draft = shrunk(target).image;
    const made = await refine(
      session,
      { ...preset('fixed'), refine: 2 },
      source,
      { draft: { width: small, height: small, image: draft }, own: shrunk(source) },
      target,
    );
    const enlarged = Float32Array.from(
      { length: made.length },
      (_, i) =>
        draft[
          (Math.floor(i / 48 / 48) * small + Math.floor((Math.floor(i / 48) % 48) / 4)) * small +
            Math.floor((i % 48) / 4)
        ],
    );
    assert.ok(
      psnr(made, target.image) > psnr(enlarged, target.image) + 3,
      `${psnr(made, target.image)} against ${psnr(enlarged, target.image)}`,
    );
  }));

test('where the layout is silent the draft decides, beyond its own size; what all drafts have in common costs nothing', () =>
  scoped(async (session) => {
    // One class; two textures of one mean color, whose halves the target exchanges: nothing but a draft can know, and
    // it knows them as two hues of its own.
    const n = 64;
    const labels = new Uint8Array(n * n);
    const pair = (fine: (x: number) => boolean): PairData => ({
      width: n,
      height: n,
      labels,
      image: Float32Array.from({ length: 3 * n * n }, (_, i) => {
        const [x, y] = [i % n, Math.floor(i / n) % n];
        return (fine(x) ? x >> 1 : y >> 2) & 1 ? 0.6 : -0.6;
      }),
    });
    const drawn = (fine: (x: number) => boolean): Draft => ({
      width: 16,
      height: 16,
      image: Float32Array.from({ length: 768 }, (_, i) => (fine(4 * (i % 16)) === i < 256 ? 0.5 : -0.5)),
    });
    const [before, after] = [(x: number) => x < n / 2, (x: number) => x >= n / 2];
    const [source, target] = [pair(before), pair(after)];
    const finish = (own: Draft, draft: number): Promise<Float32Array> =>
      refine(
        session,
        { ...preset('fixed'), refine: 2 },
        source,
        { draft: drawn(after), own },
        { width: n, height: n, labels },
        { options: { ...defaultSynthesis, draft } },
      );
    const right = (x: Float32Array): number => {
      // Share of the pixels whose column (fine) or row (coarse) neighbor differs as the target's does.
      let same = 0;
      for (let y = 8; y < n - 8; y++)
        for (let x_ = 8; x_ < n - 8; x_++) {
          const at = y * n + x_;
          const across = (image: Float32Array): number =>
            Math.abs(image[at + 2] - image[at]) - Math.abs(image[at + 4 * n] - image[at]);
          if (Math.sign(across(x)) === Math.sign(across(target.image))) same++;
        }
      return same / (n - 16) ** 2;
    };
    const [told, deaf] = [right(await finish(drawn(before), 1)), right(await finish(drawn(before), 0))];
    assert.ok(told > 0.85 && told > deaf + 0.2, `${told} with the drafts compared, ${deaf} without`);
  }));

test('places within a region move and stretch with it; specks belong to the nearest part of their class', () => {
  const [w, h] = [40, 20];
  const drawn = (boxes: [x: number, y: number, w: number, h: number][]): Uint8Array =>
    Uint8Array.from({ length: w * h }, (_, i) =>
      Number(
        boxes.some(
          ([x, y, u, v]) => i % w >= x && i % w < x + u && Math.floor(i / w) >= y && Math.floor(i / w) < y + v,
        ),
      ),
    );
  const places = (labels: Uint8Array): Float32Array =>
    placesWithin(regionCoordinates({ width: w, height: h, labels }), w, h);
  const [one, moved] = [places(drawn([[2, 3, 8, 6]])), places(drawn([[20, 5, 16, 12]]))];
  const at = (p: Float32Array, x: number, y: number): number[] => [p[y * w + x], p[w * h + y * w + x]];
  // The center of a pixel of the small box is where four pixels of the one twice as large meet.
  for (const [x, y] of [
    [0, 0],
    [7, 5],
    [3, 2],
  ]) {
    const large = [0, 1].map((c) => (at(moved, 20 + 2 * x, 5 + 2 * y)[c] + at(moved, 21 + 2 * x, 6 + 2 * y)[c]) / 2);
    for (const c of [0, 1])
      assert.ok(Math.abs(at(one, 2 + x, 3 + y)[c] - large[c]) < 0.01, `${at(one, 2 + x, 3 + y)} against ${large}`);
  }
  assert.ok(Math.abs(at(one, 9, 5)[0] - at(one, 2, 5)[0] - 7 / 8) < 0.01, 'in sizes of the region');
  // Two parts have frames of their own; a pixel beside the right one belongs to that.
  const parts = regionCoordinates({
    width: w,
    height: h,
    labels: drawn([
      [2, 3, 8, 6],
      [20, 3, 8, 6],
      [31, 5, 1, 1],
    ]),
  });
  const id = (x: number, y: number): number => parts.ids[y * w + x];
  assert.ok(id(4, 5) !== id(22, 5) && id(31, 5) === id(22, 5) && id(15, 5) !== id(4, 5));
  // A checkerboard has more parts than a byte can name: then a class is one region.
  const many = regionCoordinates({
    width: w,
    height: h,
    labels: Uint8Array.from({ length: w * h }, (_, i) => (i + Math.floor(i / w)) % 2),
  });
  assert.is(many.frames.length, 2);
});

/**
 * Sky, ground with grain, and a box that stands on it (class 2) with a shadow to its right that the layout does not
 * show; `x`: the box's left side.
 */
const shadow = { across: 12, top: 38, bottom: 42 };
function yard(x: number, n = 64): PairData {
  const inside = (u: number, v: number): boolean => u >= x && u < x + 12 && v >= 22 && v < 42;
  const grain = hashUniform('yard', n * n);
  const labels = Uint8Array.from({ length: n * n }, (_, i) =>
    inside(i % n, Math.floor(i / n)) ? 2 : Number(Math.floor(i / n) >= 30),
  );
  const image = Float32Array.from({ length: 3 * n * n }, (_, j) => {
    const i = j % (n * n),
      [u, v] = [i % n, Math.floor(i / n)];
    const dark = u >= x + 12 && u < x + 12 + shadow.across && v >= shadow.top && v < shadow.bottom;
    return [-0.4, dark ? -0.5 : 0.4, 0.8][labels[i]] + 0.1 * grain[i];
  });
  return { width: n, height: n, image, labels };
}
/** Mean green of the yard's rows with shadow, to the right of a box there. */
const besideBox = (image: Float32Array, x: number, n = 64): number => {
  let sum = 0;
  for (let v = shadow.top; v < shadow.bottom; v++)
    for (let u = x + 13; u < x + 11 + shadow.across; u++) sum += image[n * n + v * n + u];
  return sum / (shadow.bottom - shadow.top) / (shadow.across - 2);
};

test('the shadow of a thing goes where it goes, in its size, and nothing else is said of the ground', () => {
  const [source, moved] = [yard(36), yard(6)];
  const around = (p: PairData) => surroundings(p, 3, 0.06);
  const s = learnCastShadows(source, around(source))!;
  assert.equal([...s.standing], [2]);
  const [own, there] = [s.own, castShadowsOf(s, moved, around(moved))];
  for (const [what, map, x] of [
    ['source', own, 36],
    ['target', there, 6],
  ] as const) {
    const at = (u: number, v: number): number => map[v * 64 + u];
    for (const u of [x + 14, x + 18]) assert.ok(at(u, 40) < -0.5, `${what}: ${at(u, 40)} in the shadow`);
    for (const [u, v] of [
      [x + 40, 40],
      [x + 18, 46],
      [x - 4, 40],
      [x + 5, 40],
    ])
      if (u >= 0 && u < 64) assert.ok(Math.abs(at(u, v)) < 0.05, `${what}: ${at(u, v)} at ${u}, ${v}`);
  }
  assert.ok(Math.abs(there[40 * 64 + 50]) < 1e-6, 'nothing where the box was');
  assert.equal(castShadowsOf(s, source, around(source)), own, "the source's own layout gives its own");
  // Half as large a box has half the shadow.
  const small = {
    ...moved,
    labels: Uint8Array.from(moved.labels, (_, i) => {
      const [u, v] = [i % 64, Math.floor(i / 64)];
      return u >= 6 && u < 12 && v >= 32 && v < 42 ? 2 : Number(v >= 30);
    }),
  };
  const half = castShadowsOf(s, small, around(small));
  assert.ok(
    half[40 * 64 + 15] < -0.5 && Math.abs(half[40 * 64 + 22]) < 0.05 && Math.abs(half[37 * 64 + 15]) < 0.3,
    `${half[40 * 64 + 15]}, ${half[40 * 64 + 22]}, ${half[37 * 64 + 15]}`,
  );
  assert.is(learnCastShadows(scene(24), around(scene(24))), null, 'two halves: nothing stands');
});

test('a synthesis takes the shadow of a thing along; without the guide it stays', () =>
  scoped(async (session) => {
    const [source, target] = [yard(36), yard(6)];
    const made = (shade: number): Promise<Float32Array> =>
      synthesize(session, source, target, 3, { ...defaultSynthesis, guides: { ...defaultSynthesis.guides, shade } });
    const [told, deaf] = [await made(defaultSynthesis.guides.shade), await made(0)];
    const seen = (image: Float32Array) => ({ here: besideBox(image, 6), there: besideBox(image, 36) });
    assert.ok(seen(told).here < -0.3 && seen(told).there > 0.25, `with: ${JSON.stringify(seen(told))}`);
    assert.ok(
      !(seen(deaf).here < -0.3 && seen(deaf).there > 0.25),
      `without, it would follow by chance: ${JSON.stringify(seen(deaf))}`,
    );
    assert.ok(
      psnr(told, target.image) > psnr(deaf, target.image) + 1,
      `${psnr(told, target.image)} against ${psnr(deaf, target.image)}`,
    );
  }));

test('what a generator learns of a target is the mean of several syntheses', () =>
  scoped(async (session) => {
    const plain = scene(24);
    const grain = hashUniform('learned grain', plain.image.length);
    const [source, target] = [{ ...plain, image: plain.image.map((v, i) => v + 0.1 * grain[i]) }, scene(32)];
    const [learned] = await synthesizeTargets(session, source, [target]);
    assert.equal(learned.labels, target.labels);
    const ones: Float32Array[] = [];
    for (const within of [0, 1, 2])
      ones.push(
        await synthesize(session, source, target, 2, {
          ...defaultSynthesis,
          guides: { ...defaultSynthesis.guides, within },
        }),
      );
    assert.ok(
      ones[0].some((v, i) => v !== ones[2][i]),
      'they are not all one',
    );
    for (const [i, v] of learned.image.entries())
      assert.ok(Math.abs(v - (ones[0][i] + ones[1][i] + ones[2][i]) / 3) < 1e-6);
  }));

test('a preview shows its levels, says where every pixel is from, and repeats by its seed; other seeds differ', () =>
  scoped(async (session) => {
    const source = scene(24),
      target = scene(30);
    const photo = {
      width: 48,
      height: 48,
      data: Uint8Array.from({ length: 4 * 48 * 48 }, (_, i) =>
        i % 4 === 3 ? 255 : Math.round((source.image[(i % 4) * 48 * 48 + (i >> 2)] + 1) * 127.5),
      ),
    };
    const given = {
      session,
      photo,
      layout: source.labels,
      target,
      classes: 2,
      options: { ...defaultSynthesis, fullPixels: 24 * 24, noise: 0.5 },
    };
    const levels: number[] = [];
    const before = session.memory.bytes;
    const first = await preview({
      ...given,
      onLevel: ({ level, of, width, height, data }) => {
        levels.push(width);
        assert.is(data.length, 4 * width * height);
        assert.is(level < of, true);
      },
    });
    assert.equal(levels, [24, 48]);
    assert.ok(
      psnr(
        Float32Array.from(
          { length: 3 * 48 * 48 },
          (_, i) => first.image.data[4 * (i % (48 * 48)) + Math.floor(i / 48 / 48)] / 127.5 - 1,
        ),
        target.image,
      ) > 20,
    );
    const { indices, distances } = first.field;
    for (let i = 0; i < 48 * 48; i++) {
      assert.ok(distances[i] >= 0 && indices[i] < 48 * 48);
      const [x, y] = [i % 48, Math.floor(i / 48)];
      if (x >= 2 && x < 46 && y >= 2 && y < 46)
        assert.is(source.labels[indices[i]], target.labels[i], `pixel ${x}, ${y} comes from its class`);
    }
    const again = await preview(given);
    assert.equal(again.image.data, first.image.data);
    // Grain, so that there is more than one way to fill an area.
    const grain = hashUniform('preview grain', photo.data.length);
    const grainy = {
      ...given,
      photo: {
        ...photo,
        data: photo.data.map((v, i) => (i % 4 === 3 ? 255 : Math.min(255, Math.max(0, v + 40 * grain[i])))),
      },
    };
    const [one, other] = await Promise.all([preview(grainy), preview({ ...grainy, seed: 7 })]);
    assert.is.not(other.field.indices.join(), one.field.indices.join());
    const stop = new AbortController();
    stop.abort(new Error('overtaken'));
    try {
      await preview({ ...given, signal: stop.signal });
      assert.unreachable();
    } catch (e) {
      assert.match((e as Error).message, /overtaken/);
    }
    assert.equal((await preview(given)).image.data, first.image.data, 'after an abort as before');
    await releasePreview(session);
    assert.ok(session.memory.bytes <= before + 2 ** 20, `${session.memory.bytes - before} bytes left`);
  }));
test.run();
