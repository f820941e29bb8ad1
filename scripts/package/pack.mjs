// The package as users get it: packed from what is built, and installed into an empty folder without the network.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const npmCli = process.env.npm_execpath;

/** Runs npm; resolves to its stdout. Throws with its output where it fails. */
function npm(args, cwd) {
  const options = { cwd, encoding: 'utf8', timeout: 300_000, shell: !npmCli && process.platform === 'win32' };
  const { status, stdout, stderr } = npmCli
    ? spawnSync(process.execPath, [npmCli, ...args], options)
    : spawnSync('npm', args, options);
  if (status !== 0) throw new Error(`npm ${args[0]}: exit code ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Packs dist/ and the rest of `files` into a tarball in `folder`. Gives its path, and the names of the files in it. */
export function pack(root, folder) {
  const [{ filename, files }] = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  );
  return { tarball: join(folder, filename), files: files.map((f) => f.path) };
}

/**
 * Installs the tarball into the new folder `app`, without optional packages, so that nothing is downloaded. Gives the
 * folder of the installed package.
 */
export function installPackage(tarball, app) {
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  npm(['install', ...quiet, '--omit=optional', tarball], app);
  return join(app, 'node_modules/semia-webgpu');
}

/** Links the optional packages of this clone into `app`, or takes them away again. */
export function linkOptional(root, app, { optionalDependencies }, linked = true) {
  for (const name of Object.keys(optionalDependencies)) {
    const path = join(app, 'node_modules', name);
    rmSync(path, { force: true });
    if (linked) symlinkSync(join(root, 'node_modules', name), path, 'junction');
  }
}
