/** What ran: versions of this program, of Node and of the WebGPU library; and hashes of files. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Versions } from '../model/run/runRecord.ts';

/** The package's folder, by walking up: this code is bundled into dist/. */
export const packageRoot = ((): string => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json')) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
})();

const versionIn = (file: string): string => {
  try {
    return String(JSON.parse(readFileSync(file, 'utf8')).version);
  } catch {
    return 'unknown';
  }
};

export const programVersion = versionIn(join(packageRoot, 'package.json'));

export const versions = (): Versions => {
  let webgpu = 'none';
  try {
    webgpu = versionIn(createRequire(import.meta.url).resolve('webgpu/package.json'));
  } catch {
    /* not installed */
  }
  return { semia: programVersion, node: process.version, webgpu, platform: `${process.platform}-${process.arch}` };
};

export const sha256Sync = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
