// npm packages: installed when npm's own record of what lies in node_modules does not agree with package-lock.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, lastLines, root, notify, SetupError } from './process.mjs';

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
};

/**
 * Whether `installed` (node_modules/.package-lock.json, which npm writes at the end of an installation and removes at
 * its start) holds what `lock` asks for on this machine. Better than a stamp of our own: it also knows an interrupted
 * installation, an omitted platform package, and an installation made by hand.
 */
export function agrees(lock, installed, { platform = process.platform, arch = process.arch } = {}) {
  if (!lock?.packages || !installed?.packages) return false;
  for (const [path, entry] of Object.entries(installed.packages)) {
    const wanted = lock.packages[path];
    if (!wanted || wanted.version !== entry.version || (entry.integrity ?? '') !== (wanted.integrity ?? ''))
      return false;
  }
  // What the program itself names as optional is optional for its users only: in a clone it must be there.
  const named = Object.keys(lock.packages['']?.optionalDependencies ?? {});
  if (!named.every((name) => installed.packages[`node_modules/${name}`])) return false;
  const forHere = ({ os, cpu, libc }) =>
    os?.includes(platform) && cpu?.includes(arch) && (!libc || libc.includes('glibc'));
  return Object.entries(lock.packages).every(
    ([path, entry]) =>
      path === '' || installed.packages[path] || ((entry.optional || entry.devOptional) && !forHere(entry)),
  );
}

export const dependenciesReady = (at = root) =>
  agrees(readJson(join(at, 'package-lock.json')), readJson(join(at, 'node_modules/.package-lock.json')));

// npm itself when it runs us (npm start), else the one on the PATH; npm.cmd of Windows needs a shell.
function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.[cm]?js$/.test(cli)) return capture(process.execPath, [cli, ...args], { cwd: root });
  return capture('npm', args, { cwd: root, shell: process.platform === 'win32' });
}

/** Installs the locked packages if they are not there. */
export async function ensureDependencies() {
  if (dependenciesReady()) return;
  notify('installing the npm packages of package-lock.json (npm ci)…');
  const start = performance.now();
  // No install scripts: npm is on its way to refuse them, and on Linux and Windows neither esbuild nor webgpu needs its
  // own (esbuild's API takes the platform package's binary; webgpu's only removes macOS's quarantine mark).
  const result = await npm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
  if (result.code !== 0)
    throw new SetupError(`npm ci failed (${result.code ?? result.signal}):\n${lastLines(result.all)}`);
  if (process.platform === 'darwin') {
    await capture(process.execPath, ['build/postinstall.js'], { cwd: join(root, 'node_modules/webgpu') });
  }
  if (!dependenciesReady())
    notify('note: node_modules still differs from package-lock.json; going on with what is there');
  notify(`npm packages installed in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
