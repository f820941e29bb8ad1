/**
 * semia evaluate as users run it: pictures with their layouts, a run folder, results that carry a recipe; JSON and CSV.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { encodeSafetensors } from '../../src/data/formats/safetensors.ts';
import { hashUniform } from '../../src/engine/random.ts';
import type { Report } from '../../src/evaluate/evaluate.ts';
import { folder } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { copyScenes } from '../support/scenes.ts';

const at = (name: string): string => join(folder, name);
const lake = 'scenes/lake';
type Json = { results: (Report & { name: string; target: string; classes: string[] })[] };
const json = (name: string): Json => JSON.parse(readFileSync(at(name), 'utf8')) as Json;
const ok = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(args);
  assert.is(code, 0, stderr);
  return stdout;
};

test('pictures: the truth and the untouched photograph', async () => {
  await copyScenes(join(folder, 'scenes'));
  const out = await ok(
    'evaluate',
    `${lake}/truth/trees-moved.png`,
    `${lake}/photo.png`,
    '--source',
    `${lake}/photo.png`,
    '--layout',
    `${lake}/layout.png`,
    '--target',
    `${lake}/targets/trees-moved.png`,
    '--truth',
    `${lake}/truth/trees-moved.png`,
    '--palette',
    `${lake}/palette.txt`,
    '--json',
    'new/all.json',
    '--csv',
    'all.csv',
    '--quiet',
  );
  assert.match(out, /mean IoU ↑ +0\.\d{3} +0\.\d{3}\n/);
  assert.match(out, /the classifier's ceiling/);
  assert.match(out, /the untouched source/);
  assert.match(out, /coherence ↓ +\d+\.\d\d +0\.00\n/);
  const [truth, photo] = json('new/all.json').results;
  assert.equal(truth.classes, ['sky', 'mountain', 'trees', 'water', 'grass']);
  assert.ok(truth.layout.meanIoU > photo.layout.meanIoU);
  assert.is(truth.truth!.psnr, 'Infinity');
  assert.is(photo.copy.share, 1);
  const rows = readFileSync(at('all.csv'), 'utf8')
    .trimEnd()
    .split('\r\n')
    .map((r) => r.split(','));
  assert.is(rows.length, 3);
  assert.ok(rows.every((r) => r.length === rows[0].length));
  assert.is(Number(rows[1][rows[0].indexOf('mean_iou')]), truth.layout.meanIoU);
  assert.is(Number(rows[2][rows[0].indexOf('iou trees')]), photo.layout.perClass[2]);
});

test('SIFID with weights from a file', async () => {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const widths = [3, 4, 4, 6, 5, 8];
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
    tensors.set(`${name}.conv.weight`, { shape, data: hashUniform(name, n * widths[i] * k * k) });
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      tensors.set(`${name}.bn.${part}`, {
        shape: [n],
        data: new Float32Array(n).fill(part === 'weight' || part === 'running_var' ? 1 : 0),
      });
  }
  writeFileSync(at('inception.safetensors'), encodeSafetensors(tensors));
  await ok(
    'evaluate',
    `${lake}/photo.png`,
    '--source',
    `${lake}/photo.png`,
    '--layout',
    `${lake}/layout.png`,
    '--target',
    `${lake}/layout.png`,
    '--inception',
    'inception.safetensors',
    '--json',
    'sifid.json',
    '--quiet',
  );
  const { sifid } = json('sifid.json').results[0].appearance;
  assert.ok(Math.abs(sifid!.d64) < 1e-4 && Math.abs(sifid!.d192) < 1e-4, JSON.stringify(sifid));
});

test('label maps of an outside segmenter in place of the layout classifier', async () => {
  mkdirSync(at('maps'));
  writeFileSync(at('maps/photo.png'), readFileSync(at(`${lake}/targets/trees-moved.png`)));
  const out = await ok(
    'evaluate',
    `${lake}/photo.png`,
    '--source',
    `${lake}/photo.png`,
    '--layout',
    `${lake}/layout.png`,
    '--target',
    `${lake}/targets/trees-moved.png`,
    '--predicted',
    'maps',
    '--json',
    'maps.json',
    '--quiet',
  );
  assert.match(out, /mean IoU ↑ +1\.000\n/);
  assert.match(out, /given with --predicted/);
  const [r] = json('maps.json').results;
  assert.is(r.layout.by, 'predicted');
  assert.is(r.layout.ceiling, null);
});

test('a run folder with its targets and reconstruction; a result that carries its recipe', async () => {
  await ok(
    'train',
    `${lake}/photo.png`,
    `${lake}/layout.png`,
    '--targets',
    `${lake}/targets/trees-moved.png`,
    '-o',
    'result.run',
    '--preset',
    'fast',
    '--size',
    '32',
    '--width',
    '4',
    '--iterations',
    '1',
    '--quiet',
  );
  await ok('render', 'result.run', `${lake}/targets/trees-moved.png`, '-o', 'result.png', '--quiet');
  assert.ok(existsSync(at('result.run/run.json')));
  await ok('evaluate', 'result.run', 'result.png', '--truth', `${lake}/truth`, '--json', 'run.json', '--quiet');
  const [target, own, result] = json('run.json').results;
  assert.equal([target.name, own.name, result.name], ['trees-moved', 'source', 'result']);
  assert.ok(own.reconstruction!.psnr > 5 && own.reconstruction!.ssim < 1);
  assert.is(target.reconstruction, null);
  assert.ok(target.truth!.psnr > 5);
  assert.is(own.truth, null, 'no truth of that name');
  // The picture in the file is what the run renders, so both get the same numbers.
  assert.equal(result.layout, { ...target.layout, ofTruth: result.layout.ofTruth });
  assert.equal(result.appearance, target.appearance);
});
test.run();
