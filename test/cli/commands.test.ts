/** The commands as users run them: help, example, palette, doctor, analogy, preview, analogies, start. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { encodeSafetensors, type NamedTensor } from '../../src/data/formats/safetensors.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { readPicture } from '../../src/node/decode.ts';
import { folder, good, hash, run } from '../support/child.ts';
import { runInProcess } from '../support/inProcess.ts';
import { copyScenes } from '../support/scenes.ts';
import { test } from '../support/suite.ts';

const tiny = ['--preset', 'fast', '--size', '32', '--width', '4', '--iterations', '8', '--save-every', '0'];
const pair = ['ex/lake/photo.png', 'ex/lake/layout.png'];

test.before(() => copyScenes());

test('every command explains itself with an example', async () => {
  const all = [...good(await run(['--help'])).stdout.matchAll(/^ {2}([a-z]+) /gm)]
    .map((m) => m[1])
    .filter((c) => c !== 'help' && c !== 'semia');
  assert.ok(
    ['train', 'render', 'analogy', 'start', 'compare'].every((c) => all.includes(c)),
    all.join(),
  );
  for (const c of all) {
    const { stdout } = good(await runInProcess([c, '--help']));
    assert.match(stdout, /Usage: semia/);
    assert.match(stdout, new RegExp(`Examples?:\\n(?:  semia .*\\n)*  semia ${c}\\b`));
    assert.not.match(stdout, /\[object|\{"/); // a default shown as an object's insides
  }
});

test('example paints scenes with layouts, targets and truths', async () => {
  for (const name of ['lake', 'meadow', 'cabin', 'coast', 'skyline', 'colonnade']) {
    const at = join(folder, 'ex', name);
    assert.equal(readdirSync(at).sort(), ['layout.png', 'palette.txt', 'photo.png', 'targets', 'truth']);
    assert.equal(readdirSync(join(at, 'targets')), readdirSync(join(at, 'truth')));
  }
});

test('palette tells classes, areas and what targets do with them', async () => {
  const { stdout } = good(
    await run(['palette', 'ex/lake/layout.png', 'ex/lake/targets', '--palette', 'ex/lake/palette.txt']),
  );
  assert.match(stdout, /5 classes by color/);
  assert.match(stdout, /sky +#\w{6} +\d+ px/);
  assert.match(stdout, /targets\/[^/]+\.png: 64 x/);
  const report = JSON.parse(good(await run(['palette', 'ex/lake/layout.png', '--json'])).stdout);
  assert.is(report.classes.length, 5);
});

test('doctor names the adapter and measures it', async () => {
  const { stdout } = good(await run(['doctor']));
  for (const what of [
    /^adapter +\S/m,
    /^subgroup size/m,
    /^multiply-add +[\d.]+ GFLOPS/m,
    /^copy +[\d.]+ GB\/s/m,
    /^maxBufferSize +\d+/m,
    /^missing/m,
  ])
    assert.match(stdout, what);
});

test('analogy shows previews, trains, and says which are the results; its run renders', async () => {
  const target = `ex/coast/targets/${readdirSync(join(folder, 'ex/coast/targets'))[0]}`;
  // A VGG-19 with few channels: the file's widths are taken as they are.
  const conv = (n: number, out: number, from: number): [string, NamedTensor][] => [
    [`features.${n}.weight`, { shape: [out, from, 3, 3], data: hashUniform(`vgg ${n}`, out * from * 9) }],
    [`features.${n}.bias`, { shape: [out], data: new Float32Array(out) }],
  ];
  writeFileSync(
    join(folder, 'vgg.safetensors'),
    encodeSafetensors(new Map([...conv(0, 4, 3), ...conv(2, 4, 4), ...conv(5, 8, 4)])),
  );
  const { stdout } = good(
    await runInProcess([
      'analogy',
      'ex/coast/photo.png',
      'ex/coast/layout.png',
      target,
      '-o',
      'coast.png',
      ...tiny,
      '--iterations',
      '3',
      '--vgg',
      'vgg.safetensors',
    ]),
  );
  assert.match(stdout, /coast\.png {2}64 x \d+ {2}a preview; training follows/);
  assert.match(stdout, /distance [\d.]+ trained, [\d.]+ preview; the (previews|trained pictures) are the results/);
  assert.match(readFileSync(join(folder, 'coast.run/run.json'), 'utf8'), /"vgg": \{\s*"name": "vgg\.safetensors"/);
  good(await runInProcess(['render', 'coast.run', target, '-o', 'coast2.png']));
  assert.match(readFileSync(join(folder, 'coast2.png'), 'latin1'), /"program":"semia".*"seed":0.*"run":"coast\.run"/s);
  for (const file of ['coast.png', 'coast2.png'])
    assert.match(good(await runInProcess(['rerun', file])).stdout, /equal/);
});

test('preview fills layouts in one command, the same each time, and says how in the file', async () => {
  const args = ['preview', ...pair, 'ex/lake/targets'];
  const { stdout } = good(await runInProcess([...args, '-o', 'previews']));
  assert.equal(readdirSync(join(folder, 'previews')), readdirSync(join(folder, 'ex/lake/targets')));
  assert.match(stdout, /previews\/\S+\.png {2}64 x \d+ {2}[\d.]+ s/);
  good(await runInProcess([...args, '-o', 'previews2', '--quiet']));
  const name = readdirSync(join(folder, 'previews'))[0];
  assert.is(hash(join(folder, 'previews', name)), hash(join(folder, 'previews2', name)));
  assert.match(readFileSync(join(folder, 'previews', name), 'latin1'), /semia-method.*"method":"preview","seed":0/s);
});

test('analogies: by numbers and as a filter', async () => {
  const target = `ex/coast/targets/${readdirSync(join(folder, 'ex/coast/targets'))[0]}`;
  good(
    await runInProcess([
      'analogies',
      'ex/coast/photo.png',
      'ex/coast/layout.png',
      target,
      '-o',
      'numbers.png',
      '--output-size',
      '32',
    ]),
  );
  assert.match(
    readFileSync(join(folder, 'numbers.png'), 'latin1'),
    /"method":"image analogies","kappa":0.5,"guideWeight":1/,
  );
  assert.is((await readPicture(join(folder, 'numbers.png'))).width, 32);
  const { stdout } = good(
    await runInProcess([
      'analogies',
      '--filter',
      'ex/lake/photo.png',
      'ex/lake/photo.png',
      'ex/coast/photo.png',
      '-o',
      'filtered.png',
      '--output-size',
      '24',
    ]),
  );
  assert.match(stdout, /filtered\.png {2}24 x/);
});

test('start: from nothing to a page, and again without training', async () => {
  const { stdout } = good(await run(['start', 'out', '--size', '64', '--iterations', '2']));
  assert.match(stdout, /^previews of 4 layouts after .*index\.html\n/m);
  assert.match(stdout, /^mean( +[\d.]+ dB [\d.]+){3}/m);
  const at = join(folder, 'out');
  assert.equal(readdirSync(at).sort(), ['contact-sheet.png', 'index.html', 'lake']);
  assert.equal(readdirSync(join(at, 'lake/results')), readdirSync(join(at, 'lake/truth')));
  assert.not.match(readFileSync(join(at, 'index.html'), 'utf8'), /src="(?!data:)/);
  const sheet = hash(join(at, 'contact-sheet.png'));
  assert.match(
    good(await runInProcess(['start', 'out', '--size', '64', '--iterations', '2'])).stdout,
    /is trained already/,
  );
  assert.is(hash(join(at, 'contact-sheet.png')), sheet);
});

test.run();
