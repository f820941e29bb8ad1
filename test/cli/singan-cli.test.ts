/** SinGAN from the command line: one tiny training, taken up again in between to the bit, and every task of it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { pngChunks, readText } from '../../src/data/formats/png.ts';
import { decodeImage } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { SinganFolder } from '../../src/node/singanFolder.ts';
import { published, scalesOf } from '../../src/model/baselines/singan/config.ts';
import { inColors, mainColors } from '../../src/data/image/quantize.ts';
import { injectedPainting } from '../../src/model/baselines/singan/sampler.ts';
import { animate, blend, sample, softMask } from '../../src/model/baselines/singan/tasks.ts';
import { repainting, SinganTraining, spread } from '../../src/model/baselines/singan/training.ts';
import { scoped } from '../support/device.ts';
import { folder, hash, listing, start, until } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { paint } from '../support/runs.ts';

const at = (name: string): string => join(folder, name);
const photo = paint(26, 22, (x, y) => (y < 11 ? [90 + 3 * x, 140, 220] : [40, 90 + 5 * (x % 7), 30 + y]), 'photo.png');
writeFileSync(at('photo.png'), encodePng(photo));
writeFileSync(at('mask.png'), encodePng(paint(26, 22, (x) => (x < 6 ? [255, 255, 255] : [0, 0, 0]))));
const config = { ...published, seed: 3, finest: 26, coarsest: 14, width: 4, iterations: 4, repeats: 2 };
const scales = scalesOf(26, 22, config);
const options = ['--size', '26', '--coarsest', '14', '--width', '4', '--iterations', '3', '--seed', '3', '--quiet'];

async function ok(...args: string[]): Promise<void> {
  const { code, stderr } = await run(['singan', ...args]);
  assert.is(code, 0, stderr);
}
const read = async (name: string) => decodeImage(readFileSync(at(name)), name);

test('training that is stopped inside a scale and between scales goes on to the same bits', () =>
  scoped(async (session) => {
    assert.is(scales.length, 3);
    const bits = async (t: SinganTraining): Promise<string> =>
      JSON.stringify([
        t.host,
        [...(await t.state())]
          .map(([k, v]) => [
            k,
            v.shape,
            Buffer.from(v.data.buffer, v.data.byteOffset, v.data.byteLength).toString('base64'),
          ])
          .sort(),
      ]);
    const whole = new SinganTraining(session, config, scales, photo);
    assert.ok(await whole.run({ after: async () => false }));
    // Stops after scale 1's second iteration, and once a scale is done.
    let part = new SinganTraining(session, config, scales, photo);
    const stops: string[] = [];
    for (const [scale, iteration] of [
      [1, 2],
      [2, 0],
      [2, 3],
    ]) {
      let saved: { host: string; state: Awaited<ReturnType<SinganTraining['state']>> } | null = null;
      assert.not.ok(
        await part.run({
          after: async (t) => {
            if (t.host.scale !== scale || t.host.iteration !== iteration) return false;
            saved = { host: JSON.stringify(t.host), state: await t.state() };
            return true;
          },
        }),
      );
      stops.push(saved!.host);
      part = new SinganTraining(session, config, scales, photo, JSON.parse(saved!.host), saved!.state);
    }
    assert.ok(await part.run({ after: async () => false }));
    assert.is(await bits(part), await bits(whole));
    assert.is(new Set(stops).size, 3);
    // A trial of the cost leaves no trace.
    const tried = new SinganTraining(session, config, scales, photo);
    await tried.run({ plan: () => config.iterations, after: async () => false });
    assert.is(await bits(tried), await bits(whole));
  }));

test('iterations for a time', () => {
  // All scales alike: three of one second each at cost 0.1.
  const same = [1, 2, 3].map(() => ({ width: 10, height: 10, channels: 8 }));
  assert.equal(
    [
      spread(same, 0, 0.1, 3, 100),
      spread(same, 2, 0.1, 3, 100),
      spread(same, 2, 0.1, 30, 100),
      spread(same, 0, 9, 1, 100),
    ],
    [10, 30, 100, 1],
  );
});

test('a run: whole on the disk, and the same bits where it was stopped and taken up again', async () => {
  await ok('train', 'photo.png', '-o', 'run', ...options);
  const { record } = await SinganFolder.open(at('run'));
  assert.equal([record.host.scale, record.host.iteration, record.host.planned], [3, 0, [3, 3, 3]]);
  assert.equal(record.host.amplitudes[0], 1);
  for (const a of record.host.amplitudes.slice(1)) assert.ok(a > 0 && a < 0.1, `amplitude ${a}`);
  assert.match(
    listing(at('run')).replace(/ .*$/gm, '').replace(/\n/g, ' '),
    /^photo\.png singan\.json weights-003-000000\.safetensors$/,
  );
  const { child, done } = start(['singan', 'train', 'photo.png', '-o', 'stopped', ...options, '--save-every', '0']);
  await until(() => {
    try {
      return JSON.parse(readFileSync(at('stopped/singan.json'), 'utf8')).host.scale > 0;
    } catch {
      return false;
    }
  }, 'a scale');
  child.kill('SIGTERM');
  const { code } = await done;
  assert.ok(code === 143 || code === 0, `exit code ${code}`); // 0: it was done before the signal came
  await ok('train', '-o', 'stopped', '--resume', '--quiet');
  assert.is(hash(at('stopped/weights-003-000000.safetensors')), hash(at('run/weights-003-000000.safetensors')));
});

test('samples: any size, any start, seeds, recipes', async () => {
  await ok('sample', 'run', '-o', 'samples', '-n', '2', '--seed', '5', '--size', '40x18', '--quiet');
  await ok('sample', 'run', '-o', 'six.png', '--seed', '6', '--size', '40x18', '--quiet');
  await ok('sample', 'run', '-o', 'late.png', '--start', '2', '--quiet');
  const [first, second, alone, late] = [
    await read('samples/sample-5.png'),
    await read('samples/sample-6.png'),
    await read('six.png'),
    await read('late.png'),
  ];
  assert.equal([first.width, first.height, late.width, late.height], [40, 18, 26, 22]);
  assert.equal(alone.data, second.data, 'the i-th has the seed + i');
  assert.not.equal(first.data, second.data);
  const difference = late.data.reduce((s, v, i) => s + Math.abs(v - photo.data[i]), 0) / (3 * 26 * 22);
  assert.ok(difference < 40, `started at the finest scale it is near the photograph: ${difference}`);
  const recipe = JSON.parse(readText(readFileSync(at('six.png')))['semia-method']);
  assert.equal(
    [recipe.method, recipe.seed, recipe.width, recipe.start, recipe.run, recipe.photo.name],
    ['SinGAN, sample', 6, 40, 0, 'run', 'photo.png'],
  );
  assert.is(recipe.weights, JSON.parse(readFileSync(at('run/singan.json'), 'utf8')).weights.sha256);
});

test('retarget, superres, edit, harmonize, paint, animate', async () => {
  await ok('retarget', 'run', '-o', 'wide.png', '--size', '52x22', '--quiet');
  await ok('superres', 'run', '-o', 'large.png', '--factor', '2.5', '--quiet');
  await ok('edit', 'run', 'photo.png', '-o', 'edited.png', '--mask', 'mask.png', '--quiet');
  await ok('harmonize', 'run', 'photo.png', '-o', 'harmonized.png', '--start', '2', '--quiet');
  mkdirSync(at('paintings'), { recursive: true });
  writeFileSync(
    at('paintings/tall.png'),
    encodePng(paint(30, 44, (_, y) => (y < 22 ? [90, 140, 220] : [40, 100, 40]))),
  );
  await ok('paint', 'run', 'paintings/tall.png', '-o', 'painted.png', '--quiet');
  await ok('animate', 'run', '-o', 'moving.png', '--frames', '3', '--quiet');
  const size = async (name: string): Promise<number[]> => {
    const p = await read(name);
    return [p.width, p.height];
  };
  assert.equal(await Promise.all(['wide.png', 'large.png', 'edited.png', 'harmonized.png', 'painted.png'].map(size)), [
    [52, 22],
    [65, 55],
    [26, 22],
    [26, 22],
    [18, 26],
  ]);
  const edited = await read('edited.png');
  for (let y = 0; y < 22; y++)
    for (let c = 0; c < 3; c++)
      assert.is(edited.data[4 * (y * 26 + 20) + c], photo.data[4 * (y * 26 + 20) + c], `outside of the mask, row ${y}`);
  assert.ok(
    edited.data.some((v, i) => v !== photo.data[i]),
    'changed inside of it',
  );
  const chunks = pngChunks(readFileSync(at('moving.png')));
  assert.equal([...chunks.find((c) => c.type === 'acTL')!.data], [0, 0, 0, 3, 0, 0, 0, 0]);
  const numbered = chunks.filter((c) => c.type === 'fcTL' || c.type === 'fdAT').map((c) => c.data[3]);
  assert.equal(
    numbered,
    numbered.map((_, i) => i),
    'sequence numbers',
  );
  assert.match(JSON.parse(readText(readFileSync(at('moving.png')))['semia-method']).method, /SinGAN, animate/);
  for (const file of ['samples/sample-6.png', 'large.png', 'edited.png', 'moving.png']) {
    const again = await run(['rerun', file]);
    assert.match(again.stdout, /: equal, all/, `${file}: ${again.stderr}`);
  }
  const other = await run(['rerun', 'edited.png', '--run', 'stopped']); // of the same bits
  assert.is(other.code, 0, other.stderr);
});

test('tiles continue at their other sides; frames follow each other', () =>
  scoped(async (session) => {
    const folderOf = await SinganFolder.open(at('run'));
    const { record } = folderOf;
    const model = new SinganTraining(
      session,
      record.config,
      scales,
      await folderOf.photo(),
      record.host,
      await folderOf.state(),
    );
    const step = (p: { width: number; height: number; data: Uint8Array }, a: number, b: number): number => {
      let sum = 0;
      for (let y = 0; y < p.height; y++)
        for (let c = 0; c < 3; c++)
          sum += Math.abs(p.data[4 * (y * p.width + a) + c] - p.data[4 * (y * p.width + b) + c]);
      return sum / (3 * p.height);
    };
    const [tile] = await sample(model, { width: 32, height: 24 }, { start: 0 }, [1], { tile: true });
    const inside = Array.from({ length: 31 }, (_, x) => step(tile, x, x + 1)).sort((a, b) => a - b);
    assert.ok(
      step(tile, 31, 0) < 1.5 * inside[30],
      `across the seam ${step(tile, 31, 0)}, inside at most ${inside[30]}`,
    );
    const still = await animate(model, model.z, { frames: 2, start: 3 - 1, seed: 0, alpha: 1, beta: 0.9 });
    assert.equal(still[0].data, still[1].data, 'alpha 1 stays at the photograph');
    const far = await animate(model, model.z, { frames: 2, start: 0, seed: 0, alpha: 0.1, beta: 0.9 });
    assert.not.equal(far[0].data, far[1].data);
  }));

test('a painting in the main colors of a photograph: three colors are found, and paint becomes the nearest', () => {
  const three = [
    [200, 40, 30],
    [30, 60, 190],
    [240, 240, 230],
  ] as const;
  const flag = paint(18, 9, (x) => three[Math.floor(x / 6)]);
  const found = mainColors(flag, 5);
  assert.equal(found.map((c) => c.join()).sort(), three.map((c) => c.join()).sort(), 'no more than there are');
  const made = inColors(
    paint(
      3,
      1,
      (x) =>
        [
          [255, 0, 0],
          [0, 0, 255],
          [255, 255, 255],
        ][x] as [number, number, number],
    ),
    found,
  );
  assert.equal(
    [0, 1, 2].map((x) => [...made.data.subarray(4 * x, 4 * x + 3)]),
    three.map((c) => [...c]),
  );
  const noisy = paint(30, 30, (x, y) => [x < 15 ? 40 + ((x * 7 + y * 3) % 20) : 180 + ((x * 5 + y) % 30), 100, 100]);
  const two = mainColors(noisy, 2).sort((a, b) => a[0] - b[0]);
  const mean = (low: boolean): number => {
    let [s, n] = [0, 0];
    for (let i = 0; i < 900; i++)
      if (i % 30 < 15 === low) {
        s += noisy.data[4 * i];
        n++;
      }
    return s / n;
  };
  assert.ok(
    Math.abs(two[0][0] - mean(true)) < 1e-6 && Math.abs(two[1][0] - mean(false)) < 1e-6,
    'the means of the two halves',
  );
});

test('a scale retrained for paintings sees main colors only, alone changes, and resumes to the bit', () =>
  scoped(async (session) => {
    const base = await SinganFolder.open(at('run'));
    const own = await base.photo();
    const start = 1,
      colors = 3;
    const painting = { ...base.record.config, iterations: 40, paint: { start, colors } };
    const state = await base.state();
    const open = async (host = repainting(base.record.host, start), from = state): Promise<SinganTraining> =>
      new SinganTraining(session, painting, scales, own, host, from);
    const bits = (s: typeof state, name: string): string =>
      Buffer.from(s.get(name)!.data.buffer, s.get(name)!.data.byteOffset, s.get(name)!.data.byteLength).toString(
        'base64',
      );
    const whole = await open();
    assert.equal(
      [0, 1, 2].map((k) => whole.frozen[k] !== undefined),
      [true, false, true],
      'what is below and above is as it was',
    );
    const errors: number[] = [];
    assert.ok(
      await whole.run({
        after: async (t) => {
          if (t.host.iteration % 5 === 0) errors.push((await t.losses()).reconstruction);
          return false;
        },
      }),
    );
    assert.ok(errors[7] < 0.7 * errors[0], `it learns to make the photograph of few colors: ${errors}`);
    const after = await whole.state();
    assert.equal([whole.host.scale, whole.host.planned], [3, [3, 40]]);
    const generators = [...state.keys()].filter((k) => k === 'z' || /^\d+\.G\./.test(k));
    for (const name of generators)
      assert.is(bits(after, name) === bits(state, name), !name.startsWith(`${start}.`), name);
    // Stopped inside of the scale and taken up again.
    let kept: { host: string; state: typeof state } | null = null;
    const part = await open();
    await part.run({
      after: async (t) => {
        if (t.host.iteration !== 33) return false;
        kept = { host: JSON.stringify(t.host), state: await t.state() };
        return true;
      },
    });
    const again = await open(JSON.parse(kept!.host), kept!.state);
    assert.ok(await again.run({ after: async () => false }));
    for (const name of generators) assert.is(bits(await again.state(), name), bits(after, name), name);
    // A painting of the photograph's colors is given to it in just the colors that it was trained on.
    const flat = inColors(own, whole.colors);
    const size = { width: 26, height: 22 };
    const seen = injectedPainting(whole, flat, whole.colors, size, scales.length - 1);
    const named = (c: ArrayLike<number>): string => [0, 1, 2].map((k) => Math.round(c[k])).join();
    const few = new Set(
      Array.from({ length: 26 * 22 }, (_, i) => named([0, 1, 2].map((c) => 127.5 * (seen[c * 26 * 22 + i] + 1)))),
    );
    assert.is(whole.colors.length, colors);
    assert.ok(
      few.size > 1 && [...few].every((c) => whole.colors.some((o) => named(o) === c)),
      `at its own size a painting is in the colors and no others: ${[...few].join(' ')}`,
    );
    const [made] = await sample(whole, size, { start, picture: flat, colors: whole.colors }, [1]);
    const [unaware] = await sample(
      new SinganTraining(session, base.record.config, scales, own, base.record.host, state),
      size,
      { start, picture: flat, colors: whole.colors },
      [1],
    );
    assert.not.equal(made.data, unaware.data, 'and what it makes of it is its own');
  }));

test('paint with a run made for it: one command trains, one paints, and other tasks refuse it', async () => {
  await ok('train', '--paint', 'run', '-o', 'for-paintings', '--colors', '3', '--iterations', '3', '--quiet');
  const { record } = await SinganFolder.open(at('for-paintings'));
  assert.equal(
    [record.config.paint, record.config.iterations, record.host.scale, record.photo.name],
    [{ start: 1, colors: 3 }, 3, 3, 'photo.png'],
  );
  await ok('paint', 'for-paintings', 'paintings/tall.png', '-o', 'painted-again.png', '--quiet');
  assert.not.equal((await read('painted-again.png')).data, (await read('painted.png')).data);
  const recipe = JSON.parse(readText(readFileSync(at('painted-again.png')))['semia-method']);
  assert.equal([recipe.start, recipe.colors, recipe.trainedForPaintings], [1, 3, true]);
  assert.match((await run(['rerun', 'painted-again.png'])).stdout, /: equal, all/);
  for (const [words, says] of [
    [['sample', 'for-paintings', '-o', 'no.png'], /for-paintings: was trained for paintings/],
    [
      ['paint', 'for-paintings', 'photo.png', '-o', 'no.png', '--colors', '4'],
      /--colors 4: for-paintings was trained for paintings with --colors 3/,
    ],
    [
      ['train', '--paint', 'run', '-o', 'no', '--start', '3'],
      /--start 3: paintings are given to one of the scales 1 to 2 of run/,
    ],
    [
      ['train', 'photo.png', '--paint', 'run', '-o', 'no'],
      /photo\.png: --paint takes the photograph of run: leave it out/,
    ],
    [['train', '--paint', 'run', '-o', 'no', '--width', '8'], /--width: --paint takes it from run: leave it out/],
    [['train', 'photo.png', '-o', 'no', '--colors', '4'], /--start and --colors belong to --paint RUN/],
  ] as const) {
    const refused = await run(['singan', ...words]);
    assert.is(refused.code, 2, words.join(' '));
    assert.match(refused.stderr, says);
  }
});

test('masks grow by a disk and end softly', () => {
  const mask = paint(21, 21, (x, y) => (x === 10 && y === 10 ? [255, 255, 255] : [0, 0, 0]));
  const hard = softMask(mask, 4, 0);
  for (let y = 0; y < 21; y++)
    for (let x = 0; x < 21; x++) assert.is(hard[y * 21 + x], (x - 10) ** 2 + (y - 10) ** 2 <= 16 ? 1 : 0);
  const soft = softMask(mask, 4, 1);
  assert.ok(Math.abs(soft.reduce((a, b) => a + b, 0) - hard.reduce((a, b) => a + b, 0)) < 1e-2, 'a blur keeps the sum');
  const [a, b] = [paint(1, 1, () => [200, 0, 0]), paint(1, 1, () => [100, 0, 40])];
  assert.equal([...blend(a, b, Float32Array.of(0.25)).data], [125, 0, 30, 255]);
});
test.run();
