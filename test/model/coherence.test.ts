/** Patch coherence, sampled and exact, on VGG maps and on colors: against plain loops in float64, and over replays. */

import * as assert from 'uvu/assert';
import type { Session } from '../../src/autograd/session.ts';
import { gradients } from '../../src/autograd/tape.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { HostRandom, hashUniform } from '../../src/engine/random.ts';
import { type Vgg, vggFromWeights } from '../../src/model/networks/vgg.ts';
import {
  colorMaps,
  exactCoherence,
  type Maps,
  PatchSamples,
  sampledCoherence,
  vggMaps,
} from '../../src/model/training/coherence.ts';
import { scoped } from '../support/device.ts';
import { test } from '../support/suite.ts';

const H = 10,
  W = 12;
const pixels = (name: string, n = 3 * H * W): Float32Array => hashUniform(name, n);
function pictures(session: Session): { image: Tensor; source: Tensor } {
  const image = session.lasting([1, 3, H, W], 'image', pixels('image'));
  image.requiresGrad = true;
  return { image, source: session.lasting([1, 3, H, W], 'source', pixels('source')) };
}
function smallVgg(session: Session): Vgg {
  const tensor = (name: string, shape: number[], by: number): [string, { shape: number[]; data: Float32Array }] => [
    name,
    {
      shape,
      data: pixels(
        name,
        shape.reduce((a, b) => a * b, 1),
      ).map((v) => v * by),
    },
  ];
  return vggFromWeights(
    session,
    new Map([
      tensor('features.0.weight', [5, 3, 3, 3], 0.4),
      tensor('features.0.bias', [5], 0.1),
      tensor('features.2.weight', [5, 5, 3, 3], 0.4),
      tensor('features.2.bias', [5], 0.1),
      tensor('features.5.weight', [6, 5, 3, 3], 0.4),
      tensor('features.5.bias', [6], 0.1),
    ]),
    'small',
    'relu2_1',
  );
}

interface Plane {
  c: number;
  h: number;
  w: number;
  data: ArrayLike<number>;
}
const plane = (t: Tensor, data: ArrayLike<number>): Plane => ({ c: t.shape[1], h: t.shape[2], w: t.shape[3], data });
/** Mean absolute difference of two patches, by their indices. */
function apart(a: Plane, b: Plane, p: number, i: number, j: number): number {
  let sum = 0;
  const at = (x: Plane, n: number, c: number, dy: number, dx: number): number => {
    const across = x.w - p + 1;
    return x.data[(c * x.h + Math.floor(n / across) + dy) * x.w + (n % across) + dx];
  };
  for (let c = 0; c < a.c; c++)
    for (let dy = 0; dy < p; dy++)
      for (let dx = 0; dx < p; dx++) sum += Math.abs(at(a, i, c, dy, dx) - at(b, j, c, dy, dx));
  return sum / (a.c * p * p);
}
/** Mean over `indices` (all if null) of the mean distance to the k nearest. */
function reference(
  a: Plane,
  b: Plane,
  p: number,
  indices: readonly number[] | null,
  k: number,
  sameClass: (i: number, j: number) => boolean = () => true,
): number {
  const count = (x: Plane): number => (x.h - p + 1) * (x.w - p + 1);
  const all = Array.from({ length: count(b) }, (_, j) => j);
  const chosen = indices ?? Array.from({ length: count(a) }, (_, i) => i);
  const one = (i: number): number =>
    all
      .filter((j) => sameClass(i, j))
      .map((j) => apart(a, b, p, i, j))
      .sort((x, y) => x - y)
      .slice(0, k)
      .reduce((s, d) => s + d / k, 0);
  return chosen.reduce((s, i) => s + one(i) / chosen.length, 0);
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
// Each loss is a mean of means of float32 sums of some dozen terms: 30 roundings of 2^-24.
const near = (got: number, want: number, what: string): void =>
  assert.ok(Math.abs(got - want) <= 2e-6 * Math.abs(want), `${what}: ${got}, loops ${want}`);

const kinds: [string, (session: Session) => Maps][] = [
  ['VGG', (s) => vggMaps(smallVgg(s))],
  ['colors', () => colorMaps(3, [1, 2])],
];
for (const [name, make] of kinds) {
  test(`sampled coherence on ${name}: equals plain loops in every replay, memory stays flat`, () =>
    scoped(async (session) => {
      const maps = make(session);
      const { image, source } = pictures(session);
      const samples = new PatchSamples(session, maps, H, W);
      let kept: Tensor[] = [];
      const program = await session.record(() => {
        const loss = sampledCoherence(maps, samples.indices)(image, source);
        kept = [loss, ...gradients(loss, [image]), ...maps.of(image), ...maps.of(source)].map((t) => session.keep(t));
      });
      const random = new HostRandom(3);
      const losses: number[] = [];
      const before = session.memory.created;
      for (let replay = 0; replay < 3; replay++) {
        samples.draw(random);
        program.run();
        const [[loss], gradient, ...maps2] = await session.read(kept);
        const half = maps.specs.length;
        const indices = (await session.read(samples.indices)) as Uint32Array[];
        near(
          loss,
          mean(
            maps.specs.map(({ patch }, i) =>
              reference(
                plane(kept[2 + i], maps2[i]),
                plane(kept[2 + half + i], maps2[half + i]),
                patch,
                [...indices[i]],
                5,
              ),
            ),
          ),
          `${name} ${replay}`,
        );
        assert.ok(gradient.some((g) => g !== 0) && gradient.every(Number.isFinite));
        losses.push(loss);
      }
      assert.is(new Set(losses).size, 3);
      assert.is(session.memory.created, before);
      program.destroy();
    }));

  test(`exact coherence on ${name}, free and inside classes: equals plain loops`, () =>
    scoped(async (session) => {
      const maps = make(session);
      const { image, source } = pictures(session);
      // Halves by columns in the image, by rows in the source.
      const classes = {
        image: (_y: number, x: number) => Number(x >= W / 2),
        source: (y: number) => Number(y >= H / 2),
      };
      const labels = (f: (y: number, x: number) => number): Tensor =>
        session.lasting(
          [1, H, W],
          'labels',
          Array.from({ length: H * W }, (_, i) => f(Math.floor(i / W), i % W)),
          'u32',
        );
      const given = { image: labels(classes.image), source: labels(classes.source) };
      let of: readonly Tensor[] = [];
      let among: readonly Tensor[] = [];
      const read = await session.compute(() => {
        [of, among] = [maps.of(image), maps.of(source)];
        return [
          exactCoherence(maps, false)(image, source, given),
          exactCoherence(maps, true)(image, source, given),
          ...of,
          ...among,
        ];
      });
      const half = maps.specs.length;
      for (const [n, guided] of [false, true].entries()) {
        const want = maps.specs.map(({ patch, factor }, i) => {
          const center = (w: number, n: number): [number, number] => {
            const middle = (v: number): number => (v + (patch - 1) / 2) * factor + Math.floor(factor / 2);
            return [middle(Math.floor(n / (w - patch + 1))), middle(n % (w - patch + 1))];
          };
          const [a, b] = [plane(of[i], read[2 + i]), plane(among[i], read[2 + half + i])];
          return reference(
            a,
            b,
            patch,
            null,
            1,
            (s, t) => !guided || classes.image(...center(a.w, s)) === classes.source(center(b.w, t)[0]),
          );
        });
        near(read[n][0], mean(want), guided ? 'guided' : 'free');
      }
      assert.ok(read[1][0] > read[0][0]);
    }));
}

test("sampled coherence on colors: the gradient is the loops' slope, and lies under the sampled patches only", () =>
  scoped(async (session) => {
    const maps = colorMaps(3, [1]);
    const { image, source } = pictures(session);
    const index = 2 * (W - 2) + 4; // one patch: rows 2 to 4, columns 4 to 6
    const indices = session.lasting([1], 'indices', [index], 'u32');
    const [gradient] = await session.compute(() =>
      gradients(sampledCoherence(maps, [indices])(image, source), [image]),
    );
    const inside = (i: number): boolean => {
      const y = Math.floor(i / W) % H;
      const x = i % W;
      return y >= 2 && y <= 4 && x >= 4 && x <= 6;
    };
    const b = plane(source, pixels('source'));
    const slope = (i: number): number => {
      const at = (e: number): number =>
        reference(
          { ...b, data: Float64Array.from(pixels('image'), (v, j) => (j === i ? v + e : v)) },
          b,
          3,
          [index],
          5,
        );
      return (at(1e-5) - at(-1e-5)) / 2e-5;
    };
    for (const [i, g] of gradient.entries()) {
      if (!inside(i)) assert.is(g, 0);
      else assert.ok(Math.abs(g - slope(i)) < 1e-6, `pixel ${i}: ${g}, slope ${slope(i)}`);
    }
  }));

test('coherence: an image too small for a scale is refused', () =>
  scoped(async (session) => {
    assert.throws(() => new PatchSamples(session, colorMaps(3, [1, 4]), 8, 64), /no patch fits into 64 x 8/);
  }));

test.run();
