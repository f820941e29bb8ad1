// The commands as users run them: example, palette, train, render, analogy, rerun; resume and kill, by file hash.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { encodeSafetensors, type NamedTensor } from '../../src/data/formats/safetensors.ts';
import { hashUniform } from '../../src/engine/random.ts';
import type { Training } from '../../src/model/training/training.ts';
import { readPicture } from '../../src/node/decode.ts';
import { RunFolder } from '../../src/node/runFolder.ts';
import { folder, hash, run, start, until, type Outcome } from '../support/child.ts';
import { copyScenes } from '../support/scenes.ts';
import { smallRun } from '../support/runs.ts';

// Run again as a child, this file saves without end: the kill test's victim.
if (process.argv[2] === 'save') {
  const victim = await (await RunFolder.open(process.argv[3])).claim();
  for (let iteration = victim.iteration + 1; ; iteration++) {
    const data = new Float32Array(50_000).fill(iteration);
    const host = { iteration, drawn: iteration, counter: iteration, steps: [iteration, 0, 0] };
    process.stdout.write('.');
    await victim.losses.add(iteration, { total: iteration });
    await victim.save(
      { iteration, host, state: async () => new Map([['G.x', { shape: [50_000], data }]]) } as unknown as Training,
      { seconds: iteration },
    );
  }
}

const tiny = ['--preset', 'fast', '--size', '32', '--width', '4', '--iterations', '8', '--save-every', '0'];
const pair = ['ex/lake/photo.png', 'ex/lake/layout.png'];
const known = ['--targets', 'ex/lake/targets'];

const good = (o: Outcome): Outcome => {
  assert.is(o.stderr, '', 'nothing on stderr');
  assert.is(o.code, 0, o.stdout);
  return o;
};
/** Any moment: waits for some random number of changes of files in a folder, or for the end of who makes them. */
async function changes(dir: string, end: Promise<unknown>): Promise<void> {
  let left = Math.floor(20 * Math.random());
  const watcher = watch(dir);
  const enough = new Promise<void>((resolve) => {
    if (left <= 0) resolve();
    watcher.on('change', () => {
      if (--left <= 0) resolve();
    });
  });
  await Promise.race([enough, end]);
  watcher.close();
}
const weights = (dir: string): string => hash(join(folder, dir, 'weights-000008.safetensors'));

test('every command explains itself with an example', async () => {
  const all = [...good(await run(['--help'])).stdout.matchAll(/^ {2}([a-z]+) /gm)]
    .map((m) => m[1])
    .filter((c) => c !== 'help' && c !== 'semia');
  assert.ok(
    ['train', 'render', 'analogy', 'start', 'compare'].every((c) => all.includes(c)),
    all.join(),
  );
  for (const c of all) {
    const { stdout } = good(await run([c, '--help']));
    assert.match(stdout, /Usage: semia/);
    assert.match(stdout, new RegExp(`Examples?:\\n(?:  semia .*\\n)*  semia ${c}\\b`));
    assert.not.match(stdout, /\[object|\{"/); // a default shown as an object's insides
  }
});

test('example paints scenes with layouts, targets and truths', async () => {
  await copyScenes();
  for (const name of ['lake', 'meadow', 'cabin', 'coast']) {
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

test('train makes a whole run folder', async () => {
  const { stdout } = good(await run(['train', ...pair, '-o', 'whole', ...tiny, ...known]));
  assert.match(stdout, /8 iterations will take about .* and \d+ MB of device memory/);
  assert.match(stdout, /iteration 8 of 8, .*newest picture whole\/snapshots\/000008\.png/);
  const at = join(folder, 'whole');
  assert.equal(readdirSync(at).sort(), [
    'index.html',
    'layout.png',
    'losses.jsonl',
    'run.json',
    'snapshots',
    'source.png',
    'targets',
    'targets.safetensors',
    'weights-000008.safetensors',
  ]);
  const page = readFileSync(join(at, 'index.html'), 'utf8');
  assert.match(page, /uPlot/);
  assert.not.match(page, /http-equiv="refresh"|src="(?!data:)/);
  const rows = readFileSync(join(at, 'losses.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l));
  assert.ok(rows.at(-1).iteration === 8 && rows.every((r) => Number.isFinite(r.total)));
});

test('the same command gives the same weights, and --quiet says nothing', async () => {
  const { stdout } = good(await run(['train', ...pair, '-o', 'twin', ...tiny, ...known, '--quiet']));
  assert.is(stdout, '');
  assert.is(weights('twin'), weights('whole'));
});

test('Ctrl-C saves, says how to go on, and going on gives the same weights', async () => {
  const first = start(['train', ...pair, '-o', 'stopped', ...tiny, ...known]);
  await until(() => existsSync(join(folder, 'stopped/snapshots/000002.png')), 'the second save');
  first.child.kill('SIGINT');
  const { code, stdout, stderr } = await first.done;
  assert.is(code, 130, stdout + stderr);
  assert.is(stderr, '');
  const at = /saved at iteration (\d) of 8\. To go on:\n {2}(.*)\n/.exec(stdout)!;
  assert.ok(at, stdout);
  assert.match(at[2], /train ex\/lake\/photo\.png .* --resume$/);
  good(await run(['train', ...pair, '-o', 'stopped', ...tiny, ...known, '--resume']));
  assert.is(weights('stopped'), weights('whole'));
});

test('killed at any moment, the last save loads, and going on gives the same weights', async () => {
  const args = ['train', ...pair, '-o', 'killed', ...tiny, ...known];
  for (const save of [1, 4]) {
    const victim = start([...args, ...(save > 1 ? ['--resume'] : [])], { env: { SEMIA_NO_CHILD: '1' } });
    await until(() => existsSync(join(folder, `killed/snapshots/00000${save}.png`)), `save ${save}`);
    await changes(join(folder, 'killed'), victim.done);
    victim.child.kill('SIGKILL');
    await victim.done;
    const left = await RunFolder.open(join(folder, 'killed'));
    assert.ok(left.iteration >= save);
    await left.state();
  }
  good(await run(['train', '-o', 'killed', '--resume']));
  assert.is(weights('killed'), weights('whole'));
  const rows = readFileSync(join(folder, 'killed/losses.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l).iteration);
  assert.equal(
    rows,
    [...new Set(rows)].sort((a, b) => a - b),
  );
});

test('twelve kills in the middle of saving leave a sound run each time', async () => {
  const at = join(folder, 'saves');
  await smallRun(at);
  let before = 0;
  for (let i = 0; i < 12; i++) {
    const victim = spawn(process.execPath, [process.argv[1], 'save', at], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SEMIA_TEST_FOLDER: folder },
    });
    // A point for every save begun: with the third, two are done, however slow the machine is.
    let begun = '';
    await new Promise<void>((r) =>
      victim.stdout.on('data', (points) => {
        begun += points;
        if (begun.length > 2) r();
      }),
    );
    const closed = new Promise((r) => victim.on('close', r));
    await changes(at, closed);
    victim.kill('SIGKILL');
    await closed;
    const left = await RunFolder.open(at);
    const data = (await left.state()).get('G.x')!.data;
    assert.ok(
      left.iteration >= before && (left.iteration === 0 || data.every((v) => v === left.iteration)),
      `save ${left.iteration} is whole`,
    );
    assert.ok(left.losses.rows.every((r) => r.iteration <= left.iteration));
    before = left.iteration;
  }
  assert.ok(before >= 24, `${before} saves`);
});

test('a larger total extends a run', async () => {
  const { stdout } = good(await run(['train', '-o', 'twin', '--resume', '--iterations', '10']));
  assert.match(stdout, /iteration 10 of 10/);
  assert.equal(
    readdirSync(join(folder, 'twin')).filter((f) => f.startsWith('weights')),
    ['weights-000010.safetensors'],
  );
});

test('a run that is being trained is left alone', async () => {
  const held = await (await RunFolder.open(join(folder, 'twin'))).claim();
  const { code, stderr } = await run(['train', '-o', 'twin', '--resume', '--iterations', '12']);
  held.close();
  assert.is(code, 2);
  assert.match(stderr, new RegExp(`^semia: twin: is being trained by process ${process.pid}: `));
});

test('render and rerun: files and folders, another shape, equal pixels', async () => {
  await sharp(join(folder, 'ex/lake/layout.png'))
    .extract({ left: 10, top: 4, width: 37, height: 58 })
    .toFile(join(folder, 'upright.png'));
  const { stdout } = good(await run(['render', 'whole', 'upright.png', 'ex/lake/layout.png', '-o', 'rendered']));
  assert.equal(readdirSync(join(folder, 'rendered')).sort(), ['layout.png', 'upright.png']);
  assert.match(stdout, /rendered\/upright\.png {2}37 x 58/);
  assert.match(stdout, /rendered\/layout\.png {2}64 x/);
  const own = await readPicture(join(folder, 'rendered/layout.png'));
  const photo = await readPicture(join(folder, 'ex/lake/photo.png'));
  assert.equal([own.width, own.height], [photo.width, photo.height]);
  const again = good(await run(['rerun', 'rendered/layout.png', '-o', 'again.png']));
  assert.match(again.stdout, /rendered\/layout\.png: equal, all 64 x/);
  assert.equal((await readPicture(join(folder, 'again.png'))).data, own.data);
  good(await run(['render', 'whole', 'ex/lake/layout.png', '-o', 'tile.png', '--tile', 'across']));
  assert.not.equal((await readPicture(join(folder, 'tile.png'))).data, own.data);
  assert.match(good(await run(['rerun', 'tile.png'])).stdout, /tile\.png: equal, all 64 x/);
  renameSync(join(folder, 'whole'), join(folder, 'moved'));
  const moved = good(await run(['rerun', 'rendered/layout.png', '--run', 'moved']));
  assert.match(moved.stdout, /equal/);
  renameSync(join(folder, 'moved'), join(folder, 'whole'));
});

test('analogy trains and renders in one command, to a file that carries its recipe', async () => {
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
    await run([
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
  assert.match(stdout, /coast\.png {2}64 x/);
  assert.match(readFileSync(join(folder, 'coast.run/run.json'), 'utf8'), /"vgg": \{\s*"name": "vgg\.safetensors"/);
  assert.match(readFileSync(join(folder, 'coast.png'), 'latin1'), /"program":"semia".*"seed":0.*"run":"coast\.run"/s);
  assert.match(good(await run(['rerun', 'coast.png'])).stdout, /equal/);
});

test('preview fills layouts in one command, the same each time, and says how in the file', async () => {
  const args = ['preview', ...pair, 'ex/lake/targets'];
  const { stdout } = good(await run([...args, '-o', 'previews']));
  assert.equal(readdirSync(join(folder, 'previews')), readdirSync(join(folder, 'ex/lake/targets')));
  assert.match(stdout, /previews\/\S+\.png {2}64 x \d+ {2}[\d.]+ s/);
  good(await run([...args, '-o', 'previews2', '--quiet']));
  const name = readdirSync(join(folder, 'previews'))[0];
  assert.is(hash(join(folder, 'previews', name)), hash(join(folder, 'previews2', name)));
  assert.match(readFileSync(join(folder, 'previews', name), 'latin1'), /semia-method.*"method":"preview","seed":0/s);
});

test('analogies: by numbers and as a filter', async () => {
  const target = `ex/coast/targets/${readdirSync(join(folder, 'ex/coast/targets'))[0]}`;
  good(
    await run([
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
    await run([
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
  assert.match(stdout, /^mean +[\d.]+ +[\d.]+$/m);
  const at = join(folder, 'out');
  assert.equal(readdirSync(at).sort(), ['contact-sheet.png', 'index.html', 'lake']);
  assert.equal(readdirSync(join(at, 'lake/results')), readdirSync(join(at, 'lake/truth')));
  assert.not.match(readFileSync(join(at, 'index.html'), 'utf8'), /src="(?!data:)/);
  const sheet = hash(join(at, 'contact-sheet.png'));
  assert.match(good(await run(['start', 'out', '--size', '64', '--iterations', '2'])).stdout, /is trained already/);
  assert.is(hash(join(at, 'contact-sheet.png')), sheet);
});

test.run();
