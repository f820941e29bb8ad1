// What has to be there before the program or its tests run: npm packages, an adapter, a build.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureAdapter } from './adapter.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { root, notify, SetupError } from './process.mjs';

export const commandLine = 'dist/node/cli.js';

/** A clone has the sources; an installed package has only what was built from them. */
export const isClone = () => existsSync(join(root, 'src')) && existsSync(join(root, 'build.mjs'));

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

/** Whether dist/node is newer than everything that it is built from. */
export function buildIsCurrent() {
  const built = join(root, commandLine);
  if (!existsSync(built)) return false;
  if (!isClone()) return true;
  const sources = ['src', 'setup', 'build.mjs', 'package-lock.json'].map((f) => join(root, f)).filter(existsSync);
  const time = statSync(built).mtimeMs;
  return sources.every((path) => newest(path) <= time);
}

export async function build(options = {}) {
  const start = performance.now();
  // needs esbuild: only after the installation
  const { buildAll } = await import(pathToFileURL(join(root, 'build.mjs')).href);
  try {
    await buildAll(options);
  } catch (error) {
    // by esbuild
    if (error.errors) throw new SetupError(`the build failed with ${error.errors.length} error(s), shown above`);
    throw error.code ? new SetupError(`the build failed: ${error.message}`) : error; // a file that cannot be written
  }
  notify(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Packages and build, for the launcher, which does not probe. Does and prints nothing if all is there. */
export async function prepareBuild() {
  if (isClone()) {
    await ensureDependencies();
    if (!buildIsCurrent()) await build();
  } else if (!buildIsCurrent()) {
    throw new SetupError(`${commandLine} is missing from this installation; install the package again`);
  }
}

/** Packages, adapter and build. Resolves to the adapter. */
export async function prepare({ tests = false } = {}) {
  await ensureDependencies();
  const adapter = await ensureAdapter();
  if (tests || !buildIsCurrent()) await build({ tests });
  return adapter;
}
