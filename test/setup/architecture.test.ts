/**
 * Rules of the house that no linter holds: kernels have owners and compile, and nothing of the machine gets into a
 * file. rooms.test.ts has the rules of imports, limits.test.ts those of size and form.
 */
import { test } from '../support/suite.ts';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expandWgsl } from '../../scripts/build/wgsl-plugin.mjs';
import { inspectKernel, PipelineCache } from '../../src/engine/kernel.ts';
import { scoped } from '../support/device.ts';
import { filesIn, root } from '../support/root.ts';

const sources = filesIn('src').filter((f) => f.endsWith('.ts'));

const kernels = filesIn('src/shaders').filter((f) => f.endsWith('.wgsl') && !f.includes('/lib/'));

test('every kernel has an owner', () => {
  const owned = new Set<string>();
  for (const file of sources)
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/ from '([^']+\.wgsl)'/g))
      owned.add(resolve(dirname(file), path));
  const orphans = kernels.filter((k) => !owned.has(k)).map((k) => relative(root, k));
  const pieces = filesIn('src/shaders/lib');
  const imported = new Set(
    [...kernels, ...pieces].flatMap((k) =>
      [...readFileSync(k, 'utf8').matchAll(/#import ([\w.-]+)/g)].map((m) => m[1]),
    ),
  );
  for (const p of pieces) {
    const name = basename(p, '.wgsl');
    if (!imported.has(name)) orphans.push(relative(root, p));
  }
  if (orphans.length) throw new Error(`nobody imports ${orphans.join(', ')}`);
});

test('every kernel compiles on this adapter', () =>
  scoped(async (session) => {
    const cache = new PipelineCache(session.device);
    const failures: string[] = [];
    for (const file of kernels) {
      const { source, origin } = await expandWgsl(file, join(root, 'src/shaders/lib'));
      const module = {
        name: relative(join(root, 'src/shaders'), file).replace('.wgsl', ''),
        source,
        origin,
      } as unknown as WgslModule;
      if (inspectKernel(module).subgroups && !session.device.features.has('subgroups')) continue;
      try {
        await cache.get(module);
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    if (failures.length) throw new Error(failures.join('\n'));
  }));

test('no registry host and no machine path in any file', () => {
  const wrong: string[] = [];
  const single = ['package.json', 'package-lock.json', 'README.md', 'ARCHITECTURE.md', 'build.mjs'];
  for (const f of [
    ...['src', 'test', 'setup', 'scripts', 'bench', 'examples'].flatMap(filesIn),
    ...single.map((name) => join(root, name)).filter(existsSync),
  ]) {
    if (!/\.(ts|mjs|wgsl|py|json|md)$/.test(f) || f.endsWith('architecture.test.ts')) continue;
    const text = readFileSync(f, 'utf8');
    if (/registry\.npmjs|deb\.debian\.org|\/work\/main|\/root\//.test(text)) wrong.push(relative(root, f));
  }
  if (wrong.length) throw new Error(wrong.join(', '));
});
test.run();
