/**
 * What is warned of before training, by class name: in the library, by `semia palette`, and by `semia train` before it
 * opens a device.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { classShares, sourceCases, targetCases, trainingCases } from '../../../src/data/layout/failureCases.ts';
import { encodePng } from '../../../src/node/encode.ts';
import { folder, run } from '../../support/child.ts';
import { blue, paint, photo, red } from '../../support/runs.ts';

const names = ['sky', 'grass', 'pole', 'rock'];
const map = (width: number, height: number, label: (x: number, y: number) => number) => ({
  width,
  height,
  labels: Uint8Array.from({ length: width * height }, (_, i) => label(i % width, Math.floor(i / width))),
});
const plain = map(100, 80, (x, y) => (y < 40 ? 0 : x < 30 ? 3 : 1));
const shares = (m: ReturnType<typeof map>) => classShares(m, names);

test('areas, shares and thinness', () => {
  const s = shares(map(100, 80, (x, y) => (x >= 50 && x < 53 ? 2 : y < 40 ? 0 : 1)));
  assert.equal(
    s.map((c) => c.area),
    [97 * 40, 97 * 40, 240, 0],
  );
  assert.equal(
    s.map((c) => c.thin),
    [0, 0, 1, 0],
  );
  assert.is(s[2].share, 0.03);
  assert.is(
    shares(map(100, 80, (x) => (x >= 50 && x < 54 ? 2 : 0)))[2].thin,
    0,
    'four pixels are not narrower than four',
  );
});

test('no warning about a plain pair', () =>
  assert.equal(
    trainingCases(plain, [{ ...map(100, 80, (x, y) => (y < 30 ? 0 : x < 40 ? 3 : 1)), name: 't.png' }], names, 256),
    [],
  ));

const warned = (got: string[], want: readonly RegExp[]): void => {
  assert.is(got.length, want.length, got.join('\n'));
  for (const [i, w] of want.entries()) assert.match(got[i], w);
};

test('the source: rare, thin and dominant classes', () => {
  warned(sourceCases(shares(map(100, 80, (x, y) => (x >= 4 && x < 8 && y < 3 ? 3 : y < 40 ? 0 : 1)))), [
    /^class rock covers only 0\.1\d? % of the source \(12 pixels\)/,
  ]);
  warned(sourceCases(shares(map(100, 80, (x, y) => (x >= 50 && x < 53 ? 2 : y < 40 ? 0 : 1)))), [
    /^class pole is mostly narrower than 4 pixels \(100 % of it\)/,
  ]);
  warned(sourceCases(shares(map(100, 80, (_x, y) => (y < 75 ? 0 : 1)))), [
    /^class sky covers 94 % of the source: there is little to learn the other classes from/,
  ]);
});

test('targets: a class absent from the source, a huge enlargement, a thin structure', () => {
  const target = (label: (x: number, y: number) => number) =>
    targetCases(
      't.png',
      shares(map(100, 80, label)),
      shares(map(100, 80, (x, y) => (x < 10 && y < 10 ? 3 : y < 40 ? 0 : 1))),
    );
  warned(
    target((x, y) => (x > 60 && y > 40 ? 2 : y < 40 ? 0 : 1)),
    [/^t\.png: class pole covers 19 % of the target, and the source has nothing of it/],
  );
  warned(
    target((x, y) => (x < 50 && y < 50 ? 3 : y < 40 ? 0 : 1)),
    [/^t\.png: class rock covers 1\.3 % of the source but 31 % of the target: an enlargement of 25x/],
  );
  warned(
    target((x, y) => (x < 40 && y < 16 ? 3 : y < 40 ? 0 : 1)),
    [],
  ); // 6.4x
  warned(
    target((_x, y) => (y >= 20 && y < 23 ? 3 : y < 40 ? 0 : 1)),
    [/^t\.png: class rock is mostly narrower than 4 pixels \(100 % of it\)/],
  );
});

test('at the training size: what is thin there, and what has vanished', () => {
  const wide = map(400, 320, (x, y) => (x >= 200 && x < 212 ? 2 : x < 2 && y < 2 ? 3 : y < 160 ? 0 : 1));
  warned(trainingCases(wide, [], names, 400), [/^class rock covers only 0\.00 % of the source \(4 pixels\)/]);
  warned(trainingCases(wide, [], names, 100), [
    /^class rock \(0\.00 % of the source\) has no pixel left at the training size of 100: raise --size/,
    /^class pole is mostly narrower than 4 pixels at the training size of 100 \(100 % of it\)/,
  ]);
});

test('semia palette and semia train say so, by name', async () => {
  const put = (name: string, p: ReturnType<typeof paint>): void => writeFileSync(join(folder, name), encodePng(p));
  put('photo.png', photo(96, 64));
  put(
    'layout.png',
    paint(96, 64, (x, y) => (x < 8 && y < 8 ? red : blue)),
  );
  put(
    'target.png',
    paint(96, 64, (x) => (x < 48 ? red : blue)),
  );
  writeFileSync(join(folder, 'names.txt'), '#c81e1e roof\n#1e3cc8 sea\n');
  const told = await run(['palette', 'layout.png', 'target.png', '--palette', 'names.txt']);
  assert.is(told.code, 0, told.stderr);
  assert.match(
    told.stdout,
    /target\.png: class roof covers 1\.0 % of the source but 50 % of the target: an enlargement of 48x/,
  );
  assert.match(told.stdout, /sea.* covers 99 % of the source/);
  // No adapter: the warnings come before the device is opened.
  writeFileSync(join(folder, 'none.json'), '{}');
  const env = { VK_DRIVER_FILES: join(folder, 'none.json'), VK_ICD_FILENAMES: join(folder, 'none.json') };
  for (const command of [
    ['train', 'photo.png', 'layout.png', '-o', 'new', '--targets', 'target.png'],
    ['analogy', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png'],
  ]) {
    const { stdout, stderr } = await run([...command, '--palette', 'names.txt'], { env });
    assert.match(stdout + stderr, /warning: target\.png: class roof covers .* an enlargement of 48x/);
    assert.match(stdout + stderr, /warning: class sea covers 99 % of the source/);
  }
});
test.run();
