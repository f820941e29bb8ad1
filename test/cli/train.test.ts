/** Runs as users train them: the folder, the same weights after any interruption by file hash, render and rerun. */
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { readPicture } from '../../src/node/decode.ts';
import { RunFolder } from '../../src/node/runFolder.ts';
import { anyChange, folder, good, hash, run, start, until } from '../support/child.ts';
import { runInProcess } from '../support/inProcess.ts';
import { copyScenes } from '../support/scenes.ts';
import { test } from '../support/suite.ts';

const tiny = ['--preset', 'fast', '--size', '32', '--width', '4', '--iterations', '8', '--save-every', '0'];
const pair = ['ex/lake/photo.png', 'ex/lake/layout.png'];
const known = ['--targets', 'ex/lake/targets'];
const weights = (dir: string): string => hash(join(folder, dir, 'weights-000008.safetensors'));

test.before(() => copyScenes());

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
  const { stdout } = good(await runInProcess(['train', ...pair, '-o', 'twin', ...tiny, ...known, '--quiet']));
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
  good(await runInProcess(['train', ...pair, '-o', 'stopped', ...tiny, ...known, '--resume']));
  assert.is(weights('stopped'), weights('whole'));
});

test('killed at any moment, the last save loads, and going on gives the same weights', async () => {
  const args = ['train', ...pair, '-o', 'killed', ...tiny, ...known];
  for (const save of [1, 4]) {
    const victim = start([...args, ...(save > 1 ? ['--resume'] : [])], { env: { SEMIA_NO_CHILD: '1' } });
    await until(() => existsSync(join(folder, `killed/snapshots/00000${save}.png`)), `save ${save}`);
    await anyChange(join(folder, 'killed'), victim.done);
    victim.child.kill('SIGKILL');
    await victim.done;
    const left = await RunFolder.open(join(folder, 'killed'));
    assert.ok(left.iteration >= save);
    await left.state();
  }
  good(await runInProcess(['train', '-o', 'killed', '--resume']));
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

test('a larger total extends a run', async () => {
  const { stdout } = good(await runInProcess(['train', '-o', 'twin', '--resume', '--iterations', '10']));
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
  const { stdout } = good(
    await runInProcess(['render', 'whole', 'upright.png', 'ex/lake/layout.png', '-o', 'rendered']),
  );
  assert.equal(readdirSync(join(folder, 'rendered')).sort(), ['layout.png', 'upright.png']);
  assert.match(stdout, /rendered\/upright\.png {2}37 x 58/);
  assert.match(stdout, /rendered\/layout\.png {2}64 x/);
  const own = await readPicture(join(folder, 'rendered/layout.png'));
  const photo = await readPicture(join(folder, 'ex/lake/photo.png'));
  assert.equal([own.width, own.height], [photo.width, photo.height]);
  const again = good(await runInProcess(['rerun', 'rendered/layout.png', '-o', 'again.png']));
  assert.match(again.stdout, /rendered\/layout\.png: equal, all 64 x/);
  assert.equal((await readPicture(join(folder, 'again.png'))).data, own.data);
  good(await runInProcess(['render', 'whole', 'ex/lake/layout.png', '-o', 'tile.png', '--tile', 'across']));
  assert.not.equal((await readPicture(join(folder, 'tile.png'))).data, own.data);
  assert.match(good(await runInProcess(['rerun', 'tile.png'])).stdout, /tile\.png: equal, all 64 x/);
  renameSync(join(folder, 'whole'), join(folder, 'moved'));
  const moved = good(await runInProcess(['rerun', 'rendered/layout.png', '--run', 'moved']));
  assert.match(moved.stdout, /equal/);
  renameSync(join(folder, 'moved'), join(folder, 'whole'));
});

test.run();
