/** The cache folder: one for the whole program, and what earlier versions have left elsewhere is moved into it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { cachePath, formerFolders, moveFormer } from '../../setup/cacheFolder.mjs';
import { cacheFolder } from '../../src/node/choiceStore.ts';
import { root } from '../support/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'semia-cache-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

test('setup and program agree', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    for (const env of [{}, { XDG_CACHE_HOME: folder }, { XDG_CACHE_HOME: 'x' }, { LOCALAPPDATA: folder }])
      assert.is(cachePath(env, platform), cacheFolder(env, platform));
});

test('only one file of setup and src decides it', () => {
  const sources = ['setup', 'src'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true })
      .map((f) => join(dir, String(f)))
      .filter((f) => /\.(ts|mjs)$/.test(f)),
  );
  assert.equal(
    sources.filter((f) => /env\.XDG_CACHE_HOME/.test(readFileSync(join(root, f), 'utf8'))),
    [join('setup', 'cacheFolder.mjs')],
  );
});

test('what earlier versions kept is moved once, and nothing else is touched', () => {
  const env = { XDG_CACHE_HOME: join(folder, 'xdg') };
  const cache = cachePath(env, 'linux');
  const [kernels, adapter] = formerFolders(env, 'linux');
  assert.is(adapter.folder, cache, 'on Linux the drivers lie where they lay');
  const elsewhere = { folder: join(folder, 'home', 'semia-webgpu'), files: adapter.files };
  for (const dir of [cache, kernels.folder, elsewhere.folder]) mkdirSync(dir, { recursive: true });
  writeFileSync(join(kernels.folder, 'kernels-0123abcd.json'), 'old');
  writeFileSync(join(kernels.folder, 'kernels-ffffffff.json'), 'older');
  writeFileSync(join(cache, 'kernels-ffffffff.json'), 'newer');
  writeFileSync(join(kernels.folder, 'notes.txt'), 'mine');
  writeFileSync(join(elsewhere.folder, 'adapter.json'), '{}');
  moveFormer(cache, [kernels, elsewhere]);
  moveFormer(cache, [kernels, elsewhere, { folder: join(folder, 'none'), files: /x/ }]);
  assert.equal(readdirSync(cache).sort(), ['adapter.json', 'kernels-0123abcd.json', 'kernels-ffffffff.json']);
  assert.is(readFileSync(join(cache, 'kernels-0123abcd.json'), 'utf8'), 'old');
  assert.is(readFileSync(join(cache, 'kernels-ffffffff.json'), 'utf8'), 'newer');
  assert.equal(readdirSync(kernels.folder).sort(), ['kernels-ffffffff.json', 'notes.txt']);
  assert.not.ok(existsSync(elsewhere.folder), 'an empty one is removed');
});

test.run();
