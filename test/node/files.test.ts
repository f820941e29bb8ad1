/** Files read and written: each failure in words, a result complete or absent. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readPicture } from '../../src/node/decode.ts';
import { readInput, writeFileAtomic, writeFilesAtomic } from '../../src/node/files.ts';
import { sound } from '../support/imageFiles.ts';
import { refused } from '../support/refused.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'semia-data-'));
const root = process.getuid?.() === 0;

test('files: missing, a directory, no permission', async () => {
  const d = folder();
  await refused(() => readInput(join(d, 'no.png')), /no\.png: no such file$/);
  await refused(
    () => readInput(join(d, 'nowhere', 'no.png')),
    /no such file \(there is no directory .*nowhere either\)/,
  );
  await refused(() => readInput(d), /is a directory; name a file in it/);
  writeFileSync(join(d, 'secret.png'), sound, { mode: 0 });
  if (!root) await refused(() => readInput(join(d, 'secret.png')), /no permission to read it/);
  writeFileSync(join(d, 'a.png'), sound);
  assert.is((await readPicture(join(d, 'a.png'))).source, join(d, 'a.png'));
  rmSync(d, { recursive: true });
});

test('files are written whole or not at all, and nothing is left beside them', async () => {
  const d = folder(),
    out = join(d, 'deep', 'er', 'out.png');
  await writeFileAtomic(out, sound);
  await writeFileAtomic(out, Uint8Array.from([1, 2, 3]));
  assert.equal([...readFileSync(out)], [1, 2, 3]);
  await refused(() => writeFileAtomic(join(d, 'deep'), 'x'), /is a directory; give a file name/);
  await refused(() => writeFileAtomic(join(out, 'x.png'), 'x'), /a part of the path is a file/);
  await refused(() => writeFileAtomic(join(d, 'n'.repeat(300)), 'x'), /the name is too long/);
  await refused(
    () =>
      writeFilesAtomic([
        { path: join(d, 'one'), bytes: '1' },
        { path: join(d, 'deep'), bytes: '2' },
      ]),
    /is a directory/,
  );
  assert.not(existsSync(join(d, 'one')), 'of several files none appears if one cannot be written');
  mkdirSync(join(d, 'ro'));
  chmodSync(join(d, 'ro'), 0o555);
  if (!root) await refused(() => writeFileAtomic(join(d, 'ro', 'a'), 'x'), /no permission to write there/);
  writeFileSync(join(d, 'kept'), 'old', { mode: 0o640 });
  symlinkSync('kept', join(d, 'link'));
  await writeFilesAtomic([{ path: join(d, 'link'), bytes: 'new' }]);
  assert.is(readFileSync(join(d, 'kept'), 'utf8'), 'new', 'a link is followed');
  assert.is(statSync(join(d, 'kept')).mode & 0o777, 0o640);
  assert.equal(
    readdirSync(d)
      .concat(readdirSync(join(d, 'deep', 'er')))
      .sort(),
    ['deep', 'kept', 'link', 'out.png', 'ro'],
  );
  rmSync(d, { recursive: true });
});

test('a full disk', async () => {
  if (!existsSync('/dev/full')) return;
  await refused(() => writeFileAtomic('/dev/full', 'x'), /the disk is full/);
});

test.run();
