// Declarations of the published entries, by the TypeScript compiler.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The entries' declarations: those that package.json names. */
const entries = ['index', 'index.node', 'index.engine', 'index.engine.node'];

export async function buildTypes(root) {
  const folder = join(root, 'dist/types');
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { cwd: root });
  // A global type that the declarations mention: a kernel as the build delivers it. WebGPU's own types come with
  // TypeScript 6 and newer; users of older ones install @webgpu/types.
  mkdirSync(join(folder, 'shaders'), { recursive: true });
  copyFileSync(join(root, 'src/shaders/wgsl.d.ts'), join(folder, 'shaders/wgsl.d.ts'));
  const reference = '/// <reference path="./shaders/wgsl.d.ts" />\n';
  for (const name of entries) {
    const file = join(folder, `${name}.d.ts`);
    writeFileSync(file, reference + readFileSync(file, 'utf8'));
  }
}
