/**
 * The published package: what it holds and needs, installed into an empty folder and used from there. The examples run
 * there as a user's own files.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildTypes } from '../../scripts/build/types.mjs';
import { installPackage, linkOptional, pack } from '../../scripts/package/pack.mjs';
import { paintScene } from '../../src/data/scenes/index.ts';
import { sceneLayout, scenePhoto } from '../../src/data/scenes/pictures.ts';
import { decodeImage } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { folder, until, type Outcome } from '../support/child.ts';
import { root } from '../support/root.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const app = join(folder, 'app');
let installed = '';
let tarball = '';
let packed: string[] = [];

/** A Node process in the app's folder. */
function node(args: readonly string[], cwd = app) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 540_000 });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (t) => {
      text[stream] += t;
    });
  const done = new Promise<Outcome>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...text, ms: performance.now() - began })),
  );
  return { child, text, done };
}
/** The `semia` command as npm installed it. */
const semia = (...args: string[]) => node([join(installed, manifest.bin.semia), ...args]);
const tool = (name: string, file: string, ...args: string[]) =>
  node([join(root, 'node_modules', name, file), ...args], root).done;
const succeeds = ({ code, stdout, stderr }: Outcome): void => assert.is(code, 0, `${stdout}\n${stderr}`);

test.before(async () => {
  await buildTypes(root);
  ({ tarball, files: packed } = pack(root, folder));
  installed = installPackage(tarball, app);
});

test('holds the bundles, the page, the declarations and the examples, and no sources', () => {
  for (const file of [
    'bin/semia.mjs',
    'dist/node/index.js',
    'dist/node/engine.js',
    'dist/node/cli.js',
    'dist/browser/index.js',
    'dist/browser/engine.js',
    'dist/types/index.d.ts',
    'dist/types/index.engine.node.d.ts',
    'dist/web/index.html',
    'dist/THIRD-PARTY-LICENSES.txt',
    'examples/engine-only.mjs',
    'examples/browser/index.html',
    'LICENSE',
    'README.md',
  ])
    assert.ok(packed.includes(file), file);
  const strange = packed.filter((f) => /^(src|test|bench|scripts|docs)\//.test(f) || /dist\/(test|bench)\//.test(f));
  assert.equal(strange, []);
});

test('publint finds nothing', async () => {
  succeeds(await tool('publint', 'src/cli.js', tarball, '--strict'));
});

test('every way to resolve the types finds them (arethetypeswrong)', async () => {
  succeeds(await tool('@arethetypeswrong/cli', 'dist/index.js', tarball, '--profile', 'esm-only', '--no-emoji'));
});

test('the declarations stand by themselves, in Node and in browsers', async () => {
  const lines = [
    "import { analogy, preview, inpaint, evaluate, Session, openDevice, type Picture } from 'semia-webgpu';",
    "import { gradients, ops, Parameters, type Tensor } from 'semia-webgpu/engine';",
    'export const twice = (x: Tensor): Tensor => ops.scale(ops.relu(ops.add(x, x)), 2);',
    'export const open = async (gpu: GPU): Promise<Session> => new Session(await openDevice(gpu));',
    'export const width = (p: Picture): number => p.width;',
    'export { analogy, preview, inpaint, evaluate, gradients, Parameters };',
  ];
  writeFileSync(join(app, 'use.ts'), lines.join('\n'));
  // WebGPU's own types are those of TypeScript's DOM library; libraries are checked, too (no skipLibCheck).
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const check = (condition: string, ...types: string[]) =>
    node([tsc, ...options, '--lib', 'es2023,dom', '--customConditions', condition, ...types, 'use.ts']).done;
  succeeds(await check('browser'));
  writeFileSync(join(app, 'use.ts'), [...lines, "export { openNodeDevice } from 'semia-webgpu/engine';"].join('\n'));
  succeeds(await check('node', '--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'));
});

test('a bundler finds all that browsers need in dist/browser', async () => {
  const { metafile } = await build({
    entryPoints: ['index.js', 'engine.js'].map((f) => join(installed, 'dist/browser', f)),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    packages: 'external',
    absWorkingDir: app,
    outdir: 'out',
  });
  const imports = Object.entries(metafile.inputs).flatMap(([from, { imports }]) =>
    imports.map(({ path, external }) => ({ from, path, external })),
  );
  assert.ok(imports.length > 0, 'the entries share chunks');
  assert.equal(
    imports.filter((i) => i.external || !/semia-webgpu\/dist\/browser\/[^/]+\.js$/.test(i.path)),
    [],
  );
});

test('without optional packages an installation is this package alone', () => {
  const names = readdirSync(join(app, 'node_modules')).filter((f) => !f.startsWith('.'));
  assert.equal(names, ['semia-webgpu']);
});

test('semia --help', async () => {
  const result = await semia('--help').done;
  succeeds(result);
  assert.match(result.stdout, /Usage: semia/);
});

const scene = paintScene('meadow', { size: 48 });
const write = (name: string, picture: Parameters<typeof encodePng>[0]): void =>
  writeFileSync(join(app, name), encodePng(picture));
const previewing = ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'preview.png'];

test('semia preview says in a line which optional package is missing', async () => {
  write('photo.png', scenePhoto(scene.source));
  write('layout.png', sceneLayout(scene, scene.source));
  write('target.png', sceneLayout(scene, scene.targets[0]));
  const { code, stderr } = await semia(...previewing).done;
  assert.is(code, 2);
  assert.is(stderr.trim().split('\n').length, 1, stderr);
  assert.match(stderr, /^semia: .*npm package webgpu.*npm install webgpu/);
  writeFileSync(join(app, 'photo.jpg'), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46));
  const jpeg = await semia('palette', 'photo.jpg').done;
  assert.is(jpeg.code, 2);
  assert.match(jpeg.stderr, /^semia: photo\.jpg: JPEG needs the npm package sharp/);
});

test('semia preview', async () => {
  linkOptional(root, app, manifest);
  succeeds(await semia(...previewing).done);
  const result = await decodeImage(readFileSync(join(app, 'preview.png')), 'preview.png');
  assert.equal([result.width, result.height], [scene.source.width, scene.source.height]);
});

test('semia serve hands out the page', async () => {
  const { child, text, done } = semia('serve', '--port', '0');
  await until(() => /http:\S+/.test(text.stdout), 'the address');
  const answer = await fetch(/http:\S+/.exec(text.stdout)![0]);
  const html = await answer.text();
  child.kill('SIGINT');
  const { code } = await done;
  assert.is(answer.status, 200);
  assert.match(html, /assets\/page-\w+\.js/);
  assert.is(code, 0);
});

for (const name of ['engine-only', 'train-a-small-net', 'analogy']) {
  test(`the example ${name}`, async () => {
    mkdirSync(join(app, 'own'), { recursive: true });
    cpSync(join(installed, 'examples', `${name}.mjs`), join(app, 'own', `${name}.mjs`));
    succeeds(await node([join('own', `${name}.mjs`)]).done);
    if (name !== 'analogy') return;
    for (const picture of ['photo', 'layout', 'target', 'preview', 'result', 'truth'])
      assert.ok(existsSync(join(app, 'analogy-example', `${picture}.png`)), picture);
  });
}

test.run();
