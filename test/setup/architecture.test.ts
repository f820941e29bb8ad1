/**
 * The house's rules, held by a test: imports go one way, kernels have owners and compile, files stay small, nothing
 * leaks.
 */
import { test } from 'uvu';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expandWgsl } from '../../scripts/build/wgsl-plugin.mjs';
import { inspectKernel, PipelineCache } from '../../src/engine/kernel.ts';
import { scoped } from '../support/device.ts';

import { root } from '../support/root.ts';

const walk = (dir: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .filter((f) => f !== 'node_modules')
        .flatMap((f) => {
          const path = join(dir, f);
          return statSync(path).isDirectory() ? walk(path) : [path];
        })
    : [];
const sources = walk(join(root, 'src')).filter((f) => f.endsWith('.ts'));
const room = (file: string): string => relative(join(root, 'src'), file).split('/')[0];
const importsOf = (text: string): { path: string; type: boolean }[] =>
  [
    ...text.matchAll(/(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)|import\s+'([^']+)'/g),
  ].map((m) => ({ path: m[2] ?? m[3] ?? m[4], type: m[1] !== undefined }));

/** Which rooms a room may import from. */
const allowed: Record<string, string[]> = {
  engine: ['engine', 'shaders'],
  autograd: ['autograd', 'engine', 'shaders'],
  model: ['model', 'autograd', 'engine', 'data'],
  data: ['data'],
  evaluate: ['evaluate', 'model', 'data', 'autograd', 'engine'],
  node: ['node', 'data', 'model', 'autograd', 'engine'],
  cli: ['cli', 'node', 'evaluate', 'model', 'data', 'autograd', 'engine', 'shaders'],
  web: ['web', 'evaluate', 'model', 'data', 'autograd', 'engine'],
};
/** What the rooms above the engine may take from it besides types: hashing has no device in it. */
const engineValuesForModel = ['engine/random.ts'];

test('imports go one way', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = room(file);
    if (!allowed[from]) continue; // src/index*.ts gather everything
    for (const { path, type } of importsOf(readFileSync(file, 'utf8'))) {
      if (!path.startsWith('.')) continue;
      const target = resolve(dirname(file), path);
      if (!target.startsWith(join(root, 'src'))) continue;
      const to = room(target);
      if (!allowed[from].includes(to)) wrong.push(`${relative(root, file)} imports ${path}`);
      if (from === 'model' && to === 'engine' && !type && !engineValuesForModel.some((v) => target.endsWith(v)))
        wrong.push(`${relative(root, file)} takes a value from ${path}`);
    }
  }
  if (wrong.length) throw new Error(wrong.join('\n'));
});

test('everything below cli runs in browsers: no Node API', () => {
  const wrong = sources
    .filter((f) => ['engine', 'autograd', 'model', 'data', 'evaluate', 'web'].includes(room(f)))
    .flatMap((f) =>
      importsOf(readFileSync(f, 'utf8'))
        .filter((i) => /^(node:|webgpu$|sharp$|pngjs$|fs$|path$)/.test(i.path))
        .map((i) => `${relative(root, f)} imports ${i.path}`),
    );
  if (wrong.length) throw new Error(wrong.join('\n'));
});

const kernels = walk(join(root, 'src/shaders')).filter((f) => f.endsWith('.wgsl') && !f.includes('/lib/'));

test('every kernel has an owner', () => {
  const owned = new Set<string>();
  for (const file of sources)
    for (const { path } of importsOf(readFileSync(file, 'utf8')))
      if (path.endsWith('.wgsl')) owned.add(resolve(dirname(file), path));
  const orphans = kernels.filter((k) => !owned.has(k)).map((k) => relative(root, k));
  const pieces = walk(join(root, 'src/shaders/lib'));
  const imported = new Set(
    [...kernels, ...pieces].flatMap((k) =>
      [...readFileSync(k, 'utf8').matchAll(/#import ([\w.-]+)/g)].map((m) => m[1]),
    ),
  );
  for (const p of pieces) {
    const name = p.split('/').pop()!.replace('.wgsl', '');
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

/** Files that the formatter made longer than the limit, to be split: the list may only become shorter. */
const toSplit = [
  'src/model/synthesis/inpaint.ts',
  'src/web/page/paint/document.ts',
  'src/web/page/panes/paintPane.ts',
  'src/web/page/panels/training.ts',
  'test/model/synthesis.test.ts',
  'test/web/paint.test.ts',
  'test/web/web.test.ts',
];

test('files stay small', () => {
  const long = ['src', 'test', 'setup', 'scripts', 'bench']
    .flatMap((dir) => walk(join(root, dir)))
    .filter((f) => /\.(ts|mjs|wgsl|py)$/.test(f))
    .map((f) => [relative(root, f), readFileSync(f, 'utf8').split('\n').length] as const)
    .filter(([f, n]) => n > 400 && !toSplit.includes(f));
  if (long.length) throw new Error(long.map(([f, n]) => `${f}: ${n} lines`).join('\n'));
});

test('no registry host and no machine path in any file', () => {
  const wrong: string[] = [];
  for (const f of [
    ...walk(join(root, 'src')),
    ...walk(join(root, 'test')),
    ...walk(join(root, 'setup')),
    ...walk(join(root, 'scripts')),
    ...walk(join(root, 'bench')),
    ...['package.json', 'package-lock.json', 'README.md', 'ARCHITECTURE.md', 'build.mjs']
      .map((n) => join(root, n))
      .filter(existsSync),
  ]) {
    if (!/\.(ts|mjs|wgsl|py|json|md)$/.test(f) || f.endsWith('architecture.test.ts')) continue;
    const text = readFileSync(f, 'utf8');
    if (/registry\.npmjs|deb\.debian\.org|\/work\/main|\/root\//.test(text)) wrong.push(relative(root, f));
  }
  if (wrong.length) throw new Error(wrong.join(', '));
});
test.run();
