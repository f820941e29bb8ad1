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
  // Global types that the declarations mention: kernels as the build delivers them, and WebGPU's own.
  mkdirSync(join(folder, 'shaders'), { recursive: true });
  copyFileSync(join(root, 'src/shaders/wgsl.d.ts'), join(folder, 'shaders/wgsl.d.ts'));
  const references = '/// <reference types="@webgpu/types" />\n/// <reference path="./shaders/wgsl.d.ts" />\n';
  for (const name of entries) {
    const file = join(folder, `${name}.d.ts`);
    writeFileSync(file, references + readFileSync(file, 'utf8'));
  }
}
