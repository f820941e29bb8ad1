/**
 * What people do with the program, each from beginning to end as they run it: many layouts at once, an object removed,
 * a first layout painted over.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readText } from '../../src/data/formats/png.ts';
import { readPicture } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { readInput } from '../../src/node/files.ts';
import { folder, good } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { copyScenes } from '../support/scenes.ts';
import { paint } from '../support/runs.ts';

const at = (name: string): string => join(folder, name);
const pair = ['ex/meadow/photo.png', 'ex/meadow/layout.png'];
const tiny = ['--preset', 'fast', '--size', '32', '--width', '4', '--iterations', '4'];

test('manipulation: many layouts of one run by a pattern, and their contact sheet', async () => {
  await copyScenes();
  const names = readdirSync(at('ex/meadow/targets')).sort();
  good(await run(['train', ...pair, '-o', 'run', '--targets', 'ex/meadow/ta*/*.png', ...tiny, '--quiet']));
  const { stdout } = good(
    await run([
      'render',
      'run',
      'ex/meadow/targets/t*-tree*.png',
      'ex/meadow/targets/wide?crown.png',
      '-o',
      'rendered',
      '--contact-sheet',
      'sheets/rendered.png',
    ]),
  );
  const wanted = names.filter((n) => /^t.*-tree|^wide-crown/.test(n));
  assert.equal(readdirSync(at('rendered')).sort(), wanted);
  assert.match(stdout, /\nsheets\/rendered\.png\n$/);
  const sheet = await readPicture(at('sheets/rendered.png'));
  assert.equal(
    [sheet.width, sheet.height],
    [(wanted.length + 1) * 70 + 6, 2 * 70 + 6],
    'layouts above results, 64 pixels and a gap of 6 each, the source first',
  );
  const pixel = (p: typeof sheet, x: number, y: number): number[] => [
    ...p.data.subarray(4 * (y * p.width + x), 4 * (y * p.width + x) + 3),
  ];
  const cells = [
    await readPicture(at(pair[0])),
    ...(await Promise.all(wanted.map((n) => readPicture(at(`rendered/${n}`))))),
  ];
  for (const [i, cell] of cells.entries())
    for (const [x, y] of [
      [0, 0],
      [63, 63],
      [20, 40],
    ])
      assert.equal(pixel(sheet, 6 + 70 * i + x, 76 + y), pixel(cell, x, y), `cell ${i}`);
  // The same words on the other commands; a name with a star in it is that file's.
  mkdirSync(at('odd'));
  writeFileSync(at('odd/two*.png'), await readInput(at(`ex/meadow/targets/${wanted[0]}`)));
  good(
    await run([
      'preview',
      ...pair,
      'ex/meadow/targets/*',
      'odd/two*.png',
      '-o',
      'previews',
      '--contact-sheet',
      'sheets/previews.png',
      '--quiet',
    ]),
  );
  assert.is(readdirSync(at('previews')).length, names.length + 1);
  assert.is((await readPicture(at('sheets/previews.png'))).width, (names.length + 2) * 70 + 6);
  assert.match(good(await run(['palette', pair[1], 'ex/meadow/targets/*.png'])).stdout, /wide-crown\.png: 64 x 64/);
});

test("retargeting: the photograph's layout stretched, by a run and without one; repeated from the recipe", async () => {
  const other = ['--target-size', '96x64'];
  good(await run(['render', 'run', pair[1], ...other, '-o', 'wide.png']));
  good(await run(['preview', ...pair, pair[1], ...other, '-o', 'wide-preview.png']));
  const wide = await Promise.all(['wide.png', 'wide-preview.png'].map((f) => readPicture(at(f))));
  for (const p of wide) assert.equal([p.width, p.height], [96, 64]);
  // Both are the stretched layout's: the same as rendering a layout that was stretched beforehand.
  const layout = await readPicture(at(pair[1]), { layout: true });
  writeFileSync(
    at('stretched.png'),
    encodePng(
      paint(96, 64, (x, y) => {
        const i = 4 * (64 * y + Math.floor(((x + 0.5) * 64) / 96));
        return [layout.data[i], layout.data[i + 1], layout.data[i + 2]];
      }),
    ),
  );
  good(await run(['preview', ...pair, 'stretched.png', '-o', 'wide-again.png']));
  assert.equal((await readPicture(at('wide-again.png'))).data, wide[1].data);
  for (const f of ['wide.png', 'wide-preview.png'])
    assert.match(good(await run(['rerun', f])).stdout, /equal, all 96 x 64/);
});

test("removal: a class goes, begun with a run's picture; all else stays; repeated from the recipe", async () => {
  const words = ['remove', pair[0], '--layout', pair[1], '--palette', 'ex/meadow/palette.txt', '--class', 'tree'];
  good(await run([...words, '--run', 'run', '-o', 'without.png']));
  good(await run([...words, '-o', 'plain.png']));
  const [photo, layout, made, plain] = await Promise.all(
    [pair[0], pair[1], 'without.png', 'plain.png'].map((f, i) => readPicture(at(f), { layout: i === 1 })),
  );
  const isTree = (i: number): boolean => [0x00, 0xa0, 0x28].every((v, c) => layout.data[4 * i + c] === v);
  let [inside, changed, differ] = [0, 0, 0];
  for (let i = 0; i < 64 * 64; i++) {
    const [x, y] = [i % 64, i >> 6];
    const same = [0, 1, 2].every((c) => made.data[4 * i + c] === photo.data[4 * i + c]);
    if (isTree(i)) {
      inside++;
      changed += Number(!same);
    }
    const near = Array.from({ length: 49 }, (_, k) => [x + (k % 7) - 3, y + Math.floor(k / 7) - 3]).some(
      ([u, v]) => u >= 0 && v >= 0 && u < 64 && v < 64 && isTree(64 * v + u),
    );
    if (!near) assert.ok(same, `pixel ${x}, ${y} is outside`);
    differ += Number([0, 1, 2].some((c) => made.data[4 * i + c] !== plain.data[4 * i + c]));
  }
  assert.ok(changed > 0.9 * inside, `${changed} of ${inside} pixels of the tree`);
  assert.ok(differ > 0, 'the run has a say');
  assert.match(good(await run(['rerun', 'without.png'])).stdout, /equal/);
  good(
    await run([
      'train',
      'ex/coast/photo.png',
      'ex/coast/layout.png',
      '-o',
      'coast',
      ...tiny.slice(0, -1),
      '2',
      '--quiet',
    ]),
  );
  const other = await run([...words, '--run', 'coast', '-o', 'none.png']);
  assert.is(other.code, 2);
  assert.match(other.stderr, /--run: the run's layout has not the classes of --layout/);
});

test('a first layout, painted over, is a target: what was painted becomes that class', async () => {
  const photo = paint(64, 64, (x, y) =>
    y < 30 ? [90 + ((x * 5 + y * 3) % 9), 140, 220] : [60, 150 + ((x * 7 + y * 5) % 21), 50],
  );
  writeFileSync(at('fields.png'), encodePng(photo));
  good(await run(['segment', 'fields.png', '-k', '2', '-o', 'first.png']));
  const first = await readPicture(at('first.png'), { layout: true });
  const ground = 4 * (60 * 64 + 32),
    sky = 4 * (3 * 64 + 32);
  assert.not.equal(
    [...first.data.subarray(sky, sky + 3)],
    [...first.data.subarray(ground, ground + 3)],
    'sky and ground are told apart',
  );
  const data = first.data.slice();
  for (let y = 10; y < 40; y++)
    for (let x = 20; x < 44; x++) data.set(first.data.subarray(ground, ground + 4), 4 * (64 * y + x));
  writeFileSync(at('hill.png'), encodePng({ ...first, data }));
  good(await run(['preview', 'fields.png', 'first.png', 'hill.png', '-o', 'hill-made.png', '--quiet']));
  const made = await readPicture(at('hill-made.png'));
  let green = 0;
  for (let y = 14; y < 36; y++)
    for (let x = 24; x < 40; x++) green += Number(made.data[4 * (64 * y + x) + 1] > made.data[4 * (64 * y + x) + 2]);
  assert.ok(green > 0.95 * 22 * 16, `${green} of ${22 * 16} pixels of the painted hill are ground`);
  assert.ok(made.data[sky + 2] > made.data[sky + 1], 'the sky stays');
  assert.is(JSON.parse(readText(await readInput(at('first.png')))['semia-method']).again.command[0], 'segment');
});
test.run();
