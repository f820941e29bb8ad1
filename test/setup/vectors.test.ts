/** When the software driver is told to compute with 512 bits. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { chooseVectors, wideManifest, wideProcessor } from '../../src/node/vectors.ts';

const manifest = (library: string, version: string): string =>
  JSON.stringify({ ICD: { api_version: version, library_path: library }, file_format_version: '1.0.1' });

test('only lavapipe from Mesa 26.1 on is told', () => {
  assert.is(wideManifest(manifest('/somewhere/libvulkan_lvp.so', '1.4.354')), true);
  assert.is(wideManifest(manifest('libvulkan_lvp.so', '1.4.350')), true);
  assert.is(wideManifest(manifest('libvulkan_lvp.so', '1.5.0')), true);
  assert.is(wideManifest(manifest('libvulkan_lvp.so', '1.4.305')), false);
  assert.is(wideManifest('{"ICD": {"library_path": "libvulkan_lvp.so"}}'), false);
  assert.is(wideManifest(manifest('libvulkan_radeon.so', '1.4.354')), null);
  assert.is(wideManifest('no manifest'), null);
});

test('the processor must have all of the AVX-512 it takes', () => {
  const flags = 'fpu avx avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl';
  assert.ok(wideProcessor(`processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t: none\n`));
  assert.not(wideProcessor(`flags\t\t: ${flags.replace(' avx512vl', '')}\n`));
  assert.not(wideProcessor('Features\t: fp asimd\n'));
});

test('an older lavapipe among those chosen, or a width that the user has set, leaves everything as it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'semia-vectors-'));
  try {
    const file = (name: string, version: string): string => {
      const path = join(folder, name);
      writeFileSync(path, manifest('libvulkan_lvp.so', version));
      return path;
    };
    const [old, young] = [file('old.json', '1.4.305'), file('young.json', '1.4.354')];
    const width = (env: Record<string, string>): string | undefined => {
      const e: NodeJS.ProcessEnv = { ...env };
      chooseVectors(e);
      return e.LP_NATIVE_VECTOR_WIDTH;
    };
    const able = process.platform === 'linux' && wideProcessor(readFileSync('/proc/cpuinfo', 'utf8'));
    assert.is(width({ VK_DRIVER_FILES: young }), able ? '512' : undefined);
    assert.is(width({ VK_ICD_FILENAMES: young }), able ? '512' : undefined);
    assert.is(width({ VK_DRIVER_FILES: old }), undefined);
    assert.is(width({ VK_DRIVER_FILES: `${young}:${old}` }), undefined);
    assert.is(width({ VK_DRIVER_FILES: folder }), undefined); // a folder stands for all in it
    assert.is(width({ VK_DRIVER_FILES: join(folder, 'none.json') }), undefined);
    assert.is(width({ VK_DRIVER_FILES: young, LP_NATIVE_VECTOR_WIDTH: '256' }), '256');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
test.run();
