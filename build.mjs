// Builds the project with esbuild. Usage: node build.mjs [--tests | --web [FOLDER]]
//   dist/node/index.js, dist/node/cli.js    library and command line for Node
//   dist/browser/index.js                   the same library for browsers
//   dist/web/                               the page, for any static host; alone with --web [FOLDER]
//   dist/test/**/*.test.js, dist/bench/*.js tests and benchmarks
import { build } from 'esbuild';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inlinePlugin } from './scripts/build/inline-plugin.mjs';
import { buildWeb } from './scripts/build/web-build.mjs';
import { wgslPlugin } from './scripts/build/wgsl-plugin.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const at = (...parts) => join(root, ...parts);
const list = (dir, pattern) =>
  (existsSync(at(dir)) ? readdirSync(at(dir), { recursive: true }) : []).filter(
    (f) => pattern.test(f) && !f.includes('node_modules'),
  );

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: 'linked',
  logLevel: 'warning',
  plugins: [wgslPlugin(at('src/shaders')), inlinePlugin()],
};

/** One bundle set: entries by output name. Node keeps npm packages external, so that native ones load as installed. */
const node = (entryPoints, outdir) =>
  build({
    ...common,
    platform: 'node',
    packages: 'external',
    splitting: true,
    entryPoints,
    outdir: at(outdir),
    chunkNames: 'chunk-[hash]',
    loader: { '.uplot.css': 'text' },
  });

export async function buildAll({ tests = false } = {}) {
  for (const dir of ['dist/node', 'dist/browser', ...(tests ? ['dist/test', 'dist/bench'] : [])]) {
    rmSync(at(dir), { recursive: true, force: true });
  }
  const entries = (dir, pattern) =>
    Object.fromEntries(list(dir, pattern).map((f) => [f.replaceAll('\\', '/').replace(/\.ts$/, ''), at(dir, f)]));
  const jobs = [
    node({ index: at('src/index.node.ts'), cli: at('src/cli/main.ts') }, 'dist/node'),
    build({
      ...common,
      platform: 'browser',
      minify: true,
      entryPoints: { index: at('src/index.ts') },
      outdir: at('dist/browser'),
    }),
    buildWeb({ root, outdir: at('dist/web') }),
  ];
  if (tests) {
    jobs.push(node(entries('test', /\.test\.ts$/), 'dist/test'));
    const benches = entries('bench', /\.bench\.ts$/);
    if (Object.keys(benches).length) jobs.push(node(benches, 'dist/bench'));
  }
  await Promise.all(jobs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const web = process.argv.indexOf('--web');
  if (web > 0) {
    const outdir = resolve(process.argv[web + 1] ?? at('dist/web'));
    for (const file of await buildWeb({ root, outdir })) console.log(join(outdir, file));
  } else {
    await buildAll({ tests: process.argv.includes('--tests') });
  }
}
