// Makes the ops' goldens anew, after an op or a case of one was added or changed:
//   node test/goldens/make/ops.mjs [PYTHON]
// Writes op-cases.json (the ops' cases as data) and has make_ops.py write ops.json. PYTHON has PyTorch; Debian's
// /usr/bin/python3 with python3-torch where none is given.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { wgslPlugin } from '../../../scripts/build/wgsl-plugin.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../..');
const outfile = join(root, 'node_modules/.cache/export-cases.mjs');
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
await build({
  entryPoints: [join(here, '../export-cases.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  plugins: [wgslPlugin(join(root, 'src/shaders'))],
});
const { writeCases } = await import(pathToFileURL(outfile));
writeCases(join(here, '../op-cases.json'));
const python = process.argv[2] ?? '/usr/bin/python3';
const { status } = spawnSync(python, [join(here, 'make_ops.py')], { stdio: 'inherit' });
process.exit(status ?? 1);
