// Builds the project with esbuild. Usage: node build.mjs [--tests | --types | --web [FOLDER]]
//   dist/node/{index,engine,cli}.js         library, engine and command line for Node
//   dist/browser/{index,engine}.js          the library and the engine for browsers
//   dist/web/                               the page, for any static host; alone with --web [FOLDER]
//   dist/types/**/*.d.ts                    declarations of both libraries, with --types
//   dist/test/**/*.test.js, dist/bench/*.js tests and benchmarks, with --tests
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inlinePlugin } from './scripts/build/inline-plugin.mjs';
import { licensesOf } from './scripts/build/licenses.mjs';
import { buildTypes } from './scripts/build/types.mjs';
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

/** Bundles for Node, with the code that they share in chunks. */
const node = (entryPoints, outdir, options) =>
  build({
    ...common,
    platform: 'node',
    splitting: true,
    entryPoints,
    outdir: at(outdir),
    chunkNames: 'chunk-[hash]',
    metafile: true,
    ...options,
  });

/**
 * What is published for Node: npm packages are bundled, so that an installation needs none of them. Only the native
 * ones stay packages of their own, the optional dependencies.
 */
const publishedNode = () => {
  const { optionalDependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  return node(
    { index: at('src/index.node.ts'), engine: at('src/index.engine.node.ts'), cli: at('src/cli/main.ts') },
    'dist/node',
    {
      external: Object.keys(optionalDependencies),
      // Bundled CommonJS packages call `require` for Node's own modules, which an ES module has not.
      banner: {
        js:
          "import { createRequire as bundledRequire } from 'node:module';\n" +
          'const require = bundledRequire(import.meta.url);',
      },
    },
  );
};

const publishedBrowser = () =>
  build({
    ...common,
    platform: 'browser',
    minify: true,
    splitting: true,
    legalComments: 'none',
    entryPoints: { index: at('src/index.ts'), engine: at('src/index.engine.ts') },
    outdir: at('dist/browser'),
    chunkNames: 'chunk-[hash]',
    metafile: true,
  });

export async function buildAll({ tests = false } = {}) {
  for (const dir of ['dist/node', 'dist/browser', ...(tests ? ['dist/test', 'dist/bench'] : [])]) {
    rmSync(at(dir), { recursive: true, force: true });
  }
  const entries = (dir, pattern) =>
    Object.fromEntries(list(dir, pattern).map((f) => [f.replaceAll('\\', '/').replace(/\.ts$/, ''), at(dir, f)]));
  const published = Promise.all([publishedNode(), publishedBrowser()]);
  const jobs = [published, buildWeb({ root, outdir: at('dist/web') })];
  // Tests and benchmarks stay here: they import npm packages as installed.
  const external = { packages: 'external' };
  if (tests) {
    jobs.push(node(entries('test', /\.test\.ts$/), 'dist/test', external));
    const benches = entries('bench', /\.bench\.ts$/);
    if (Object.keys(benches).length) jobs.push(node(benches, 'dist/bench', external));
  }
  await Promise.all(jobs);
  const metafiles = (await published).map((result) => result.metafile);
  writeFileSync(at('dist/THIRD-PARTY-LICENSES.txt'), licensesOf(root, metafiles));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const web = process.argv.indexOf('--web');
  if (web > 0) {
    const outdir = resolve(process.argv[web + 1] ?? at('dist/web'));
    for (const file of await buildWeb({ root, outdir })) console.log(join(outdir, file));
  } else {
    await buildAll({ tests: process.argv.includes('--tests') });
    if (process.argv.includes('--types')) await buildTypes(root);
  }
}
