/** semia compare as users run it: methods without training on a painted scene, small. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { DeviceError } from '../../src/engine/device.ts';
import { metrics } from '../../src/evaluate/metrics/metrics.ts';
import type { ComparedMethod } from '../../src/model/baselines/method.ts';
import { methods } from '../../src/model/baselines/methods.ts';
import { compare, shareOf } from '../../src/cli/commands/research/compare.ts';
import { bestOf, type Row } from '../../src/cli/reports/comparePage.ts';
import { readTask } from '../../src/cli/withoutTraining.ts';
import { decodeImage, readPicture } from '../../src/node/decode.ts';
import { folder, good } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';

test('the best is marked among candidates: as shown, both ways, ties alike, controls never', () => {
  const rows = [true, false, false, false].map((control) => ({ method: { control } })) as unknown as Row[];
  const metric = (key: string) => metrics.find((m) => m.key === key)!;
  assert.equal(bestOf(metric('mean_iou'), [0.99, 0.8, 0.9, 0.9001], rows), new Set([2, 3]));
  assert.equal(bestOf(metric('coherence'), [0, 2, 1, 3], rows), new Set([2]));
  assert.equal(bestOf(metric('truth_psnr'), [null, Infinity, 20, null], rows), new Set([1]));
  assert.equal(bestOf(metric('truth_psnr'), [30, null, 20, null], rows), new Set(), 'one alone is not the best');
});

test('compare: a budget is shared by need, all of it, and what one method leaves over goes to those after it', () => {
  const order = methods.filter((m) => m.trains);
  let left = 1000;
  const got = new Map(
    order.map((m, i) => {
      const share = shareOf(order.slice(i), left);
      left -= m.name === 'singan' ? share / 2 : share;
      return [m.name, share];
    }),
  );
  assert.ok(Math.abs(left) < 1e-6, 'nothing is left');
  const unit = 1000 / order.reduce((n, m) => n + m.trains!, 0);
  assert.ok(Math.abs(got.get('singan')! - methods.find((m) => m.name === 'singan')!.trains! * unit) < 1e-6);
  assert.ok(
    got.get('code')! > 4 * unit && got.get('fast')! < got.get('fixed')! && got.get('fixed')! < got.get('paper')!,
  );
});

test('compare: every method asked for on one page, whose rows can be made again', async () => {
  const { stdout } = good(
    await run([
      'compare',
      '--scene',
      'coast',
      '-o',
      'compared',
      '--size',
      '64',
      '--methods',
      'source,preview,analogies',
    ]),
  );
  assert.match(stdout, /patch synthesis: 2 of 3 methods\n {2}[\d.]+ s, mean IoU [\d.]+, coherence [\d.]+, PSNR [\d.]+/);
  const at = (...parts: string[]): string => join(folder, 'compared', ...parts);
  assert.equal(readdirSync(at()).sort(), [
    'analogies',
    'index.html',
    'preview',
    'results.csv',
    'results.json',
    'scene',
    'source',
    'source.png',
  ]);
  const page = readFileSync(at('index.html'), 'utf8');
  assert.not.match(
    page.replaceAll(/base64,[\w+/=]+/g, 'base64,'),
    /src="(?!data:)|https?:|http-equiv="refresh"|undefined|NaN/,
  ); // pictures as text may hold any letters
  const record = JSON.parse(readFileSync(at('results.json'), 'utf8'));
  const [source, preview, analogies] = record.methods;
  assert.equal(
    record.methods.map((m: { name: string }) => m.name),
    ['source', 'preview', 'analogies'],
  );
  assert.is(source.results[0].appearance.coherence, 0, 'the source is made of its own patches');
  for (const m of [preview, analogies]) {
    assert.ok(m.seconds > 0 && m.memoryBytes > 0 && m.failure === null);
    assert.ok(m.cores === null || (m.cores.own > 0 && m.cores.others >= 0), JSON.stringify(m.cores));
    // What the page says of a picture is true of the picture in the folder.
    for (const [i, name] of readdirSync(join(folder, 'compared/scene/targets')).entries()) {
      const [picture, truth] = [await readPicture(at(m.name, name)), await readPicture(at('scene/truth', name))];
      const said = m.results.find((r: { target: string }) => `${r.target}.png` === name).truth.psnr;
      let sum = 0;
      for (let k = 0; k < picture.data.length; k++) sum += (picture.data[k] - truth.data[k]) ** 2;
      assert.ok(
        Math.abs(10 * Math.log10(255 ** 2 / (sum / ((picture.data.length / 4) * 3))) - said) < 1e-6,
        `${m.name}, target ${i}`,
      );
    }
    assert.ok(
      m.results.every(
        (r: { layout: { meanIoU: number } }, i: number) => r.layout.meanIoU > source.results[i].layout.meanIoU,
      ),
      `${m.name} follows the layouts better than the source does`,
    );
  }
  const rows = readFileSync(at('results.csv'), 'utf8').trim().split('\r\n');
  assert.is(rows.length, 1 + 3 * readdirSync(at('scene/targets')).length);
  assert.match(rows[0], /^method,target,mean_iou,.*truth_psnr.*seconds_all_targets,device_bytes$/);
  // The row's own command, word for word, makes the same files.
  const before = readdirSync(at('preview')).map((n) => readFileSync(at('preview', n)));
  const words = preview.repeat.split(' ').slice(2);
  assert.is(words[0], 'preview');
  good(await run(words));
  for (const [i, n] of readdirSync(at('preview')).entries())
    assert.equal((await readPicture(at('preview', n))).data, (await decodeImage(before[i], n)).data);
});

test('compare resumed: finished methods kept, failures on the page, a spent budget skips no method', async () => {
  const at = (...parts: string[]): string => join(folder, 'compared', ...parts);
  const before = JSON.parse(readFileSync(at('results.json'), 'utf8'));
  writeFileSync(
    at('results.json'),
    JSON.stringify({
      ...before,
      spentSeconds: 1000,
      methods: before.methods.filter((m: { name: string }) => m.name !== 'source'),
    }),
  );
  const words = ['compare', '--scene', 'coast', '-o', 'compared', '--size', '64', '--resume'];
  const { stdout } = good(await run([...words, '--methods', 'source,spade,deepanalogy,preview', '--budget', '1']));
  assert.match(stdout, /^patch synthesis: kept\nuntouched source: 2 of 4 methods, 16 min 40 s of 1 min 0 s gone\n/);
  const after = JSON.parse(readFileSync(at('results.json'), 'utf8'));
  const [source, spade, deep, preview] = after.methods;
  assert.equal(
    after.methods.map((m: { name: string }) => m.name),
    ['source', 'spade', 'deepanalogy', 'preview'],
    'in the order asked for, whatever was run first',
  );
  assert.equal(preview, before.methods[1], 'kept to the digit');
  assert.equal(source.results, before.methods[0].results);
  assert.is(spade.allowedSeconds, 10);
  assert.match(spade.settings, /^\d+ iterations/);
  assert.is(spade.results.length, 4);
  assert.match(deep.failure, /VGG-19 weights are needed/);
  assert.ok(after.spentSeconds > 1000);
  const page = readFileSync(at('index.html'), 'utf8');
  assert.match(
    page,
    /Deep Image Analogy<\/th><td>–<\/td><td><\/td><td><\/td><td>–<\/td><th>made nothing: VGG-19 weights are needed/,
  );
  for (const [other, says] of [
    [['--seed', '1'], /compared: was compared with other pictures, another --size or another --seed/],
    [[], /results\.json: is damaged/],
  ] as const) {
    if (!other.length) writeFileSync(at('results.json'), '{}');
    const refused = await run([...words, '--methods', 'source', ...other]);
    assert.is(refused.code, 2);
    assert.match(refused.stderr, says);
  }
});

test('compare: a method that breaks loses its own row only, and a failing device is opened anew', async () => {
  const source = methods.find((m) => m.name === 'source')!;
  const broken = (name: string, run: ComparedMethod['run']): ComparedMethod => ({ ...source, name, label: name, run });
  const out = join(folder, 'broken');
  const files = ['photo.png', 'layout.png'].map((n) => join(folder, 'compared/scene', n));
  const task = await readTask(files[0], files[1], [files[1]], { outputSize: 64, quiet: true });
  await compare(task, [undefined], {
    output: out,
    size: 64,
    minutes: 1,
    seed: 0,
    quiet: true,
    methods: [
      broken('one', async () => {
        throw new Error('no such number');
      }),
      broken('two', async ({ session }) => {
        session.device.failure = new DeviceError('lost', 'the device was lost: unplugged');
        session.device.check();
        return null as never;
      }),
      source,
    ],
  });
  const rows = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')).methods;
  assert.equal(
    rows.map((r: { failure: string | null }) => r.failure),
    ['internal error: no such number', 'the device was lost: unplugged', null],
  );
  assert.is(rows[2].results.length, 1);
});
test.run();
