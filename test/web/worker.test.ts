/**
 * Parts of the page's worker that need no browser: the device queue, the training loop, failures, refused sources and
 * zips.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { zipSync, strToU8 } from 'fflate';
import { UserError } from '../../src/data/errors.ts';
import { DeviceError } from '../../src/engine/device.ts';
import { recordText } from '../../src/model/run/runFiles.ts';
import { unzipRun } from '../../src/model/run/runZip.ts';
import type { Config } from '../../src/model/config.ts';
import type { TrainStatus } from '../../src/web/engineProtocol.ts';
import { failureOf, smallerThan } from '../../src/web/worker/failures.ts';
import { planNote } from '../../src/web/worker/planNote.ts';
import type { PageRun } from '../../src/web/worker/run.ts';
import { sourceAt, targetAt } from '../../src/web/worker/source.ts';
import { Trainer } from '../../src/web/worker/trainer.ts';
import { DeviceQueue } from '../../src/web/worker/deviceQueue.ts';
import { folder } from '../support/child.ts';
import { smallRun } from '../support/runs.ts';

const soon = (): Promise<void> => new Promise((r) => setTimeout(r, 1));

test('queue: one job at a time; previews go before requests, and these before training', async () => {
  const queue = new DeviceQueue();
  const log: string[] = [];
  let inside = 0;
  const job = (name: string) => async (): Promise<void> => {
    assert.is(++inside, 1, 'alone');
    await soon();
    inside--;
    log.push(name);
  };
  await Promise.all([
    queue.take(job('first')),
    queue.take(job('train 1')),
    queue.take(job('render'), 'request'),
    queue.take(job('train 2')),
    queue.take(job('preview 1'), 'preview'),
    queue.take(job('save'), 'request'),
    queue.take(job('preview 2'), 'preview'),
  ]);
  assert.equal(log, ['first', 'preview 1', 'preview 2', 'render', 'save', 'train 1', 'train 2']);
});

test('the note of a short plan: what an iteration costs, how many fit, what that means for the preset', () => {
  const c = { iterations: 200, refine: 1 } as Config;
  assert.is(planNote(c, 100, 200, true), undefined, 'the whole plan');
  assert.is(
    planNote(c, 1300, 46, true),
    'An iteration takes 6.5 s here, so there is time for 46 of 200: ' +
      'the less is learned, the more of the picture is patches of the photograph',
  );
  assert.match(
    planNote({ ...c, refine: 0 }, 40, 100, false)!,
    /^An iteration takes less than a second here, .* 100 of 200: take more time or a smaller size/,
  );
  assert.match(planNote(c, 4000, 200, true)!, /slow/);
  assert.is(planNote(c, 4000, 200, false), undefined);
});

test('queue: within an iteration only previews run; all other jobs wait for its end', async () => {
  const queue = new DeviceQueue();
  const log: string[] = [];
  const job = (name: string) => async (): Promise<void> => {
    await soon();
    log.push(name);
  };
  const iteration = queue.take(async () => {
    for (const step of ['D', 'G']) {
      log.push(step);
      await soon();
      await queue.giveWay();
    }
    log.push('done');
  });
  await Promise.all([
    queue.take(job('save'), 'request'),
    queue.take(job('next')),
    queue.take(job('preview 1'), 'preview'),
    queue.take(job('preview 2'), 'preview'),
    iteration,
  ]);
  assert.equal(log, ['D', 'preview 1', 'preview 2', 'G', 'done', 'save', 'next']);
});

test('queue: after a job that fails the next one runs', async () => {
  const queue = new DeviceQueue();
  const failed = queue
    .take(async () => {
      throw new Error('no');
    })
    .catch((e: Error) => e.message);
  assert.equal(await Promise.all([failed, queue.take(async () => 'yes')]), ['no', 'yes']);
});

/**
 * A trainer of a run that computes nothing. Storing its checkpoint takes until `finishStoring` is called; `storing`
 * resolves when it begins. `states`: those sent to the page.
 */
function trainerOf(iterations: number, step: () => Promise<void> = soon) {
  const training = {
    iteration: 0,
    readLosses: async () => null,
    async *iterate() {
      while (training.iteration < iterations) {
        await step();
        training.iteration++;
        yield { iteration: training.iteration, of: iterations, seconds: 0.001, losses: null };
      }
    },
  };
  const run = {
    training,
    targets: [{ name: 't' }],
    config: { iterations, reconstructionEvery: 1 },
    count: () => {},
    paint: async () => ({ width: 1, height: 1, channels: 3, data: new Float32Array(3) }),
    get iteration() {
      return training.iteration;
    },
    get finished() {
      return training.iteration >= iterations;
    },
  };
  const states: string[] = [],
    failures: unknown[] = [];
  let finish!: () => void, begin!: () => void;
  const storing = new Promise<void>((r) => {
    begin = r;
  });
  const store = (): Promise<void> =>
    new Promise((r) => {
      finish = r;
      begin();
    });
  const trainer = new Trainer(
    run as unknown as PageRun,
    new DeviceQueue(),
    (event, data) => {
      if (event === 'status') states.push((data as TrainStatus).state);
    },
    store,
    (e) => failures.push(e),
  );
  return { trainer, training, states, failures, storing, finishStoring: () => finish() };
}

test('a run is reported as paused only after it is stored', async () => {
  const { trainer, training, states, storing, finishStoring } = trainerOf(5000);
  assert.is(trainer.status.state, 'paused');
  trainer.start();
  while (training.iteration < 3) await soon();
  assert.is(trainer.status.state, 'running');
  let over = false;
  const paused = trainer.stop().then((ok) => {
    over = true;
    return ok;
  });
  assert.is(trainer.status.state, 'saving', 'the last iteration is under way');
  const settled = trainer.settled();
  await storing;
  const { iteration } = training;
  await soon();
  assert.equal([trainer.status.state, over, states.includes('paused')], ['saving', false, false], 'not stored yet');
  assert.is(trainer.status.doing, 'pausing: saving the run');
  finishStoring();
  assert.ok(await paused);
  await settled;
  assert.equal([trainer.status.state, trainer.status.iteration, states.at(-1)], ['paused', iteration, 'paused']);
  trainer.start();
  while (training.iteration < iteration + 2) await soon();
  assert.is(trainer.status.state, 'running', 'it goes on after that');
  const again = trainer.stop();
  while (trainer.status.state !== 'paused') {
    await soon();
    finishStoring();
  }
  assert.ok(await again);
});

test('a run is reported as finished only after it is stored', async () => {
  const { trainer, states, storing, finishStoring } = trainerOf(3);
  trainer.start();
  await storing;
  await soon();
  assert.equal([trainer.status.state, trainer.status.iteration, states.includes('finished')], ['saving', 3, false]);
  const stopped = trainer.stop();
  finishStoring();
  assert.ok(await stopped);
  assert.equal([trainer.status.state, states.at(-1)], ['finished', 'finished']);
});

test('a training that an error ends is not reported as paused at an iteration that is not stored', async () => {
  let steps = 0;
  const { trainer, states, failures } = trainerOf(9, async () => {
    await soon();
    if (++steps > 2) throw new Error('no device');
  });
  trainer.start();
  while (!failures.length) await soon();
  assert.is(trainer.status.iteration, 2);
  assert.equal([failures.length, states.includes('paused')], [1, false]);
});

test('errors become failures of their kind', () => {
  const kind = (e: unknown): string => failureOf(e, 256).kind;
  assert.is(kind(new UserError('x')), 'user');
  assert.is(kind(new DeviceError('lost', 'x')), 'lost');
  assert.is(kind(new DeviceError('no-adapter', 'x')), 'no-adapter');
  assert.is(kind(new TypeError('x')), 'internal');
  for (const e of [
    new DeviceError('out-of-memory', 'x'),
    new RangeError('step memory needs 9 bytes, more than'),
    Object.assign(new UserError('--size'), { cause: new RangeError('needs 9 bytes') }),
  ]) {
    assert.equal([failureOf(e, 256).kind, failureOf(e, 256).smaller], ['out-of-memory', 192]);
    assert.not.match(failureOf(e, 256).message, /--size/);
  }
  assert.equal([smallerThan(64), smallerThan(300), smallerThan(32)], [48, 192, undefined]);
});

test('sources and targets: a class that the photograph does not show is refused by name', () => {
  const labels = Uint8Array.from({ length: 32 * 24 }, (_, i) => Number(i > 300));
  const input = {
    name: 'a.png',
    photo: { width: 32, height: 24, data: new Uint8ClampedArray(4 * 32 * 24).fill(90) },
    labels: { width: 32, height: 24, data: labels },
    classes: ['sky', 'ground', 'sea'].map((name, i) => ({ name, color: [i, 0, 0] as [number, number, number] })),
  };
  const source = sourceAt(input, 16);
  assert.equal([source.width, source.height, source.drawn], [16, 12, { width: 32, height: 24 }]);
  const target = (width: number, height: number, k: number) =>
    targetAt({ name: 't', width, height, data: new Uint8Array(width * height).fill(k) }, source, input.photo);
  assert.equal([target(32, 24, 1).width, target(32, 24, 1).height], [16, 12]);
  assert.equal([target(48, 24, 0).width, target(48, 24, 0).height], [24, 12], 'another shape keeps its scale');
  assert.throws(() => target(32, 24, 2), /has sea, and the source's layout has none of it/);
  assert.throws(() => target(32, 24, 9), /has class 9, and there are only 3/);
});

test('a zip whose record names files elsewhere is refused', async () => {
  const run = await smallRun(`${folder}/zip`);
  const saved = await run.saved();
  const record = { ...saved.record, targets: [{ file: '../../evil.png', name: 'x', width: 48, height: 32 }] };
  const files = Object.fromEntries([...saved.files].map(([name, bytes]) => [`zip/${name}`, bytes]));
  const bytes = zipSync({
    ...files,
    'zip/run.json': strToU8(recordText(record)),
    'evil.png': strToU8('x'),
  }) as Uint8Array<ArrayBuffer>;
  assert.throws(() => unzipRun(bytes, 'evil.zip'), /names a file "\.\.\/\.\.\/evil\.png"/);
  const { 'zip/layout.png': _, ...less } = files;
  assert.throws(
    () =>
      unzipRun(
        zipSync({ ...less, 'zip/run.json': strToU8(recordText(saved.record)) }) as Uint8Array<ArrayBuffer>,
        'part.zip',
      ),
    /part\.zip: layout\.png is missing/,
  );
});

test.run();
