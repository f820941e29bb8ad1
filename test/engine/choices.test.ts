/**
 * Which kernel runs: the fixed order, measured choices and where they are kept, and that a run keeps to what it began
 * with.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { kernelsHash, keyOf, KernelChoices, type Question } from '../../src/autograd/kernels/choices.ts';
import { backwardDataFamily, backwardWeightFamily, forwardFamily } from '../../src/autograd/ops/conv2d/families.ts';
import { conv2d } from '../../src/autograd/ops/conv2d/conv2d.ts';
import { geometry, type ConvShape } from '../../src/autograd/ops/conv2d/shape.ts';
import {
  adapterOf,
  candidates,
  preferred,
  type Family,
  type PlanAdapter,
  type Variant,
} from '../../src/autograd/kernels/plan.ts';
import { Session } from '../../src/autograd/session.ts';
import { measuring, Tuner, type ChoiceStore } from '../../src/autograd/kernels/tune.ts';
import { adoptKernels, kernelChoice } from '../../src/cli/options/kernels.ts';
import { configure } from '../../src/model/configure.ts';
import { Training } from '../../src/model/training/training.ts';
import { cacheFolder, fileStore } from '../../src/node/choiceStore.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { scoped } from '../support/device.ts';

const shape = (c: number, size: number): ConvShape =>
  geometry('test', [1, c, size, size], [c, c, 3, 3], { stride: 1, dilation: 1, pad: 1, padMode: 'zero' });
/** A square layer of 8 channels, k taps a side. */
const layer = (k: number, stride: number): ConvShape =>
  geometry('test', [1, 8, 16, 16], [8, 8, k, k], { stride, dilation: 1, pad: (k - 1) >> 1, padMode: 'zero' });
const gpu: PlanAdapter = { subgroups: true, subgroupSize: 32, software: false };
const folder = mkdtempSync(join(tmpdir(), 'semia-choices-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A session that is this device, with choices of its own. */
const fresh = (session: Session): Session => new Session(session.device, session.pipelines);
/** A store in memory that counts. */
const memory = (texts = new Map<string, string>()): ChoiceStore & { texts: Map<string, string>; writes: number } => ({
  texts,
  writes: 0,
  async read(name) {
    return texts.get(name) ?? null;
  },
  async write(name, text) {
    this.writes++;
    texts.set(name, text);
  },
});
/** A clock that says a named variant is the fastest, and counts what it timed. */
const clock = (fastest: string) => {
  const timed: string[] = [];
  return {
    timed,
    time: async ({ family }: Question, v: Variant<unknown>): Promise<number> => {
      timed.push(`${family.name} ${v.name}`);
      return v.name === fastest ? 1 : 2;
    },
  };
};

test('without measuring the choice is the fixed order, whatever was asked before', () => {
  const choices = new KernelChoices(gpu);
  assert.is(choices.variant(forwardFamily, shape(128, 256)).name, 'tile128');
  choices.set(forwardFamily, shape(128, 256), 'tile32');
  assert.is(choices.variant(forwardFamily, shape(128, 256)).name, 'tile32');
  assert.is(choices.variant(forwardFamily, shape(128, 255)).name, 'tile128');
  assert.is(new KernelChoices(gpu).variant(forwardFamily, shape(128, 256)).name, 'tile128');
});

test('a recorded name that fits no more gives way to the fixed order', () => {
  const choices = new KernelChoices(gpu);
  choices.adopt({
    [keyOf(forwardFamily, shape(64, 64))]: 'k3',
    [keyOf(forwardFamily, shape(64, 32))]: 'no such variant',
    [keyOf(forwardFamily, shape(64, 16))]: 'generic',
  });
  for (const size of [64, 32])
    assert.is(
      choices.variant(forwardFamily, shape(64, size)).name,
      preferred(forwardFamily, shape(64, size), gpu).name,
    );
  assert.is(choices.variant(forwardFamily, shape(64, 16)).name, 'generic');
});

test('records of before name variants as they were called then', () => {
  const lanes: PlanAdapter = { subgroups: true, subgroupSize: 8, software: true };
  const names = (family: Family<ConvShape>): string[] => family.variants.map((v) => v.name);
  for (const [family, g, former, name] of [
    [forwardFamily, shape(64, 64), 'rows', 'k3'],
    [forwardFamily, layer(1, 1), 'pixels', 'k1'],
    [forwardFamily, layer(4, 2), 'half', 'stride2'],
    [forwardFamily, layer(7, 1), 'seven', 'k7'],
    [backwardDataFamily, { ...layer(3, 1), padMode: 'reflect' }, 'rows, mirrored', 'k3, mirrored'],
    [backwardWeightFamily, { ...layer(7, 1), ci: 3 }, 'seven, few', 'k7, few'],
  ] as const) {
    const choices = new KernelChoices(lanes);
    choices.adopt({ [keyOf(family, g)]: former });
    assert.is(choices.variant(family, g).name, name);
    assert.equal(choices.takeQuestions(), [], former);
    assert.equal(choices.variants, { [keyOf(family, g)]: name }, 'written anew by its present name');
    assert.not.ok(names(family).includes(former), former);
  }
});

test('questions are the shapes nobody has an answer for, each once', () => {
  const choices = new KernelChoices(gpu);
  choices.set(forwardFamily, shape(8, 8), 'generic');
  for (const n of [8, 16, 16, 24]) choices.plan(forwardFamily, shape(n, 8));
  choices.plan(backwardWeightFamily, shape(16, 8));
  assert.equal(
    choices.takeQuestions().map((q) => keyOf(q.family, q.shape)),
    [keyOf(forwardFamily, shape(16, 8)), keyOf(forwardFamily, shape(24, 8)), keyOf(backwardWeightFamily, shape(16, 8))],
  );
  assert.is(choices.takeQuestions().length, 0);
});

test('the fastest is taken, stored, and found again without measuring', () =>
  scoped(async (session) => {
    const store = memory();
    const question = { family: forwardFamily, shape: shape(16, 16) } as unknown as Question;
    const first = fresh(session);
    const c = clock('generic');
    await new Tuner(first, { store, time: c.time }).settle([question]);
    assert.is(first.choices.variant(forwardFamily, shape(16, 16)).name, 'generic');
    assert.ok(c.timed.length >= 3, 'the probe and the candidates');
    const second = fresh(session);
    const none = clock('k3');
    const tuner = new Tuner(second, { store, time: none.time });
    await tuner.settle([question]);
    assert.equal(
      [second.choices.variant(forwardFamily, shape(16, 16)).name, none.timed.length, tuner.measured, store.writes],
      ['generic', 0, 0, 1],
    );
  }));

test('what was measured with other kernels, another adapter or another library is measured again', () =>
  scoped(async (session) => {
    const store = memory();
    const question = { family: forwardFamily, shape: shape(16, 16) } as unknown as Question;
    const measured = async (environment: string): Promise<number> => {
      const c = clock('generic');
      await new Tuner(fresh(session), { store, environment, time: c.time }).settle([question]);
      return c.timed.length;
    };
    assert.ok((await measured('1')) > 0);
    assert.is(await measured('1'), 0);
    assert.ok((await measured('2')) > 0);
    for (const [name, text] of store.texts)
      store.texts.set(name, text.replaceAll(kernelsHash(forwardFamily, shape(16, 16), adapterOf(session)), '00000000'));
    assert.ok((await measured('1')) > 0);
  }));

test('a damaged or refusing store changes nothing but the time', () =>
  scoped(async (session) => {
    const question = { family: forwardFamily, shape: shape(16, 16) } as unknown as Question;
    const good = memory();
    await new Tuner(fresh(session), { store: good, time: clock('generic').time }).settle([question]);
    const [[name, text]] = good.texts;
    const stores = [
      ...[
        '',
        '{',
        'null',
        '[]',
        '7',
        '{"adapter":1}',
        text.slice(0, -20),
        text.replace(/"variant": "\w+"/g, '"variant": 7'),
        text.replace(/"entries": \{/, '"entries": null, "x": {'),
      ].map((damaged) => memory(new Map([[name, damaged]]))),
      {
        read: async () => {
          throw new Error('no');
        },
        write: async () => {
          throw new Error('no');
        },
      },
    ];
    for (const store of stores) {
      const s = fresh(session);
      const tuner = new Tuner(s, { store, time: clock('generic').time });
      await tuner.settle([question]);
      assert.equal([s.choices.variant(forwardFamily, shape(16, 16)).name, tuner.measured], ['generic', 1]);
    }
  }));

test('when its time is over, the fixed order holds and nothing is stored', () =>
  scoped(async (session) => {
    const store = memory();
    const s = fresh(session);
    await new Tuner(s, { store, budgetMs: 0, time: clock('generic').time }).settle([
      { family: forwardFamily, shape: shape(16, 16) } as unknown as Question,
    ]);
    assert.equal(
      [s.choices.variant(forwardFamily, shape(16, 16)).name, store.writes],
      [preferred(forwardFamily, shape(16, 16), adapterOf(s)).name, 0],
    );
  }));

test('noise decides nothing: a later variant must be clearly faster', () =>
  scoped(async (session) => {
    const s = fresh(session);
    const first = preferred(forwardFamily, shape(16, 16), adapterOf(s)).name;
    await new Tuner(s, { time: async (_q, v) => (v.name === first ? 1 : 0.97) }).settle([
      { family: forwardFamily, shape: shape(16, 16) } as unknown as Question,
    ]);
    assert.is(s.choices.variant(forwardFamily, shape(16, 16)).name, first);
  }));

test("the device's clock: a real measurement chooses something that fits, and the recorded step computes with it", () =>
  scoped(async (session) => {
    const s = fresh(session);
    const x = s.lasting([1, 8, 16, 16], 'x', hashUniform('x', 8 * 256));
    const w = s.lasting([8, 8, 3, 3], 'w', hashUniform('w', 576));
    const plain = await s.compute(() => [conv2d(x, w, null, { pad: 1 })]);
    const tuner = new Tuner(s);
    let recordings = 0;
    const tuned = await measuring(s, tuner, () =>
      s.compute(() => {
        recordings++;
        return [conv2d(x, w, null, { pad: 1 })];
      }),
    );
    assert.equal([tuner.measured, recordings, s.tuner], [1, 2, null]);
    const name = s.choices.variants[keyOf(forwardFamily, shape(8, 16))];
    assert.ok(
      candidates(forwardFamily, shape(8, 16), adapterOf(s)).some((v) => v.name === name),
      name,
    );
    for (const [i, v] of tuned[0].entries()) assert.ok(Math.abs(v - plain[0][i]) < 1e-4);
  }));

/** A small training's state after three iterations. */
async function trained(session: Session, tuner: Tuner | null): Promise<Float32Array[]> {
  const size = 32;
  const config = configure({ preset: 'fixed', size, width: 4, iterations: 8 });
  const labels = Uint8Array.from({ length: size * size }, (_, i) => (i % size < 12 ? 0 : 1));
  const pair = { width: size, height: size, image: hashUniform('image', 3 * size * size), labels };
  const training = await measuring(session, tuner, () =>
    Training.create(session, config, {
      pair,
      classes: {
        count: 2,
        colors: [
          [255, 0, 0],
          [0, 0, 255],
        ],
      } as never,
    }),
  );
  for (let i = 0; i < 3; i++) await training.next();
  const losses = Object.values(await training.losses());
  return [...[...(await training.state()).values()].map((t) => t.data), Float32Array.from(losses)];
}

test('training with measured kernels, and again from the record of them without measuring: the same bits', () =>
  scoped(async (session) => {
    const first = fresh(session);
    const tuner = new Tuner(first, { time: clock('generic').time });
    const once = await trained(first, tuner);
    const { variants } = first.choices;
    assert.ok(tuner.measured > 20 && Object.values(variants).every((v) => v === 'generic'));
    const second = fresh(session);
    second.choices.adopt(variants);
    const twice = await trained(second, null);
    assert.is(once.length, twice.length);
    for (const [i, values] of once.entries())
      assert.ok(
        values.every((v, k) => Object.is(v, twice[i][k])),
        `tensor ${i}`,
      );
    assert.ok(once.at(-1)!.every(Number.isFinite));
  }));

test('what a run keeps to', () => {
  const on = (software: boolean, description = 'A') =>
    ({ device: { info: { software, description, vendor: 'v', architecture: 'a' } } }) as unknown as Session;
  assert.is(kernelChoice(on(true), false), 'fixed');
  assert.is(kernelChoice(on(false), false), 'measured');
  assert.is(kernelChoice(on(false), true), 'fixed');
  assert.is(kernelChoice(on(false), false, { kernels: { choice: 'fixed', variants: {} } }), 'fixed');
  assert.is(kernelChoice(on(false), false, {}), 'fixed', 'a run from before there was a choice');
  assert.is(kernelChoice(on(true), false, { kernels: { choice: 'measured', variants: {} } }), 'measured');
  const key = keyOf(forwardFamily, shape(64, 16));
  const record = {
    kernels: { choice: 'measured' as const, variants: { [key]: 'generic' } },
    adapter: on(false, 'B').device.info,
  };
  for (const [description, wanted] of [
    ['B', 'generic'],
    ['A', undefined],
  ] as const) {
    const session = Object.assign(on(false, description), { choices: new KernelChoices(gpu) });
    adoptKernels(session, record);
    assert.is(session.choices.variants[key], wanted);
  }
});

test('files: kept whole, read back, and no harm where they cannot be', async () => {
  const store = fileStore(join(folder, 'deep/cache'));
  assert.is(await store.read('a.json'), null);
  await store.write('a.json', 'one');
  await store.write('a.json', 'two');
  assert.is(await store.read('a.json'), 'two');
  assert.equal(readdirSync(join(folder, 'deep/cache')), ['a.json'], 'no temporary file is left');
  writeFileSync(join(folder, 'file'), '');
  const blocked = fileStore(join(folder, 'file'));
  assert.is(await blocked.read('a.json'), null);
  assert.ok(
    await blocked.write('a.json', 'x').then(
      () => false,
      () => true,
    ),
  );
  mkdirSync(join(folder, 'closed/a.json'), { recursive: true });
  assert.is(await fileStore(join(folder, 'closed')).read('a.json'), null, 'a folder in its place');
});

test('the cache folder follows the platform', () => {
  assert.is(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux'), join('/c', 'semia-webgpu'));
  assert.ok(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux').endsWith(join('.cache', 'semia-webgpu')));
  assert.ok(cacheFolder({}, 'darwin').endsWith(join('Library', 'Caches', 'semia-webgpu')));
  assert.ok(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32').startsWith(join('L', 'semia-webgpu')));
});
test.run();
