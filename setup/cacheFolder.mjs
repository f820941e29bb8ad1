// The program's cache folder: the one place where it keeps things between runs, outside what the user names.
//   adapter.json                        which environment variables make WebGPU find its adapter here (environment.mjs)
//   mesa/  debian/  loader/  apt/       software drivers without root (drivers/), swiftshader.json beside them
//   kernels-*.json                      which kernels were measured as fastest, by adapter (src/node/choiceStore.ts)
// All of it may be deleted at any time: it is found, fetched or measured again.
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
} from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

const name = 'semia-webgpu';

/** The user's folder for caches: XDG_CACHE_HOME where it is set to an absolute path, else as the platform has it. */
function base(env, platform) {
  const xdg = env.XDG_CACHE_HOME;
  if (xdg && isAbsolute(xdg)) return xdg; // the specification says to ignore a relative one
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return join(homedir(), '.cache');
}

/** Where the cache folder is to be, for an environment and a platform. Makes nothing. */
export const cachePath = (env = process.env, platform = process.platform) => join(base(env, platform), name);

/**
 * Folders of earlier versions, and the names of the files that they may hold: measured kernels lay in a folder `semia`,
 * adapter.json in ~/.cache on every platform.
 */
export const formerFolders = (env = process.env, platform = process.platform) => [
  {
    folder: join(base(env, platform), 'semia', platform === 'win32' ? 'cache' : ''),
    files: /^kernels-[\da-f]+\.json$/,
  },
  { folder: join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), name), files: /^adapter\.json$/ },
];

/** Moves what earlier versions have left into `cache`, except where it has a file of that name already. */
export function moveFormer(cache, former = formerFolders()) {
  for (const { folder, files } of former) {
    if (folder === cache || !existsSync(folder)) continue;
    try {
      for (const file of readdirSync(folder)) {
        if (!files.test(file) || existsSync(join(cache, file))) continue;
        renameSync(join(folder, file), join(cache, file));
      }
      rmdirSync(folder); // throws where something is left in it
    } catch {
      /* read-only, not empty, or another process is moving the same */
    }
  }
}

/** A folder that only this user can enter, or a new one if that name is taken by someone else. */
export function privateTemp(prefix) {
  const path = join(tmpdir(), `${prefix}-${process.getuid?.() ?? userInfo().username}`);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch {
    /* there already, or refused: looked at below */
  }
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory() && (!process.getuid || (stat.uid === process.getuid() && !(stat.mode & 0o077)))) return path;
  } catch {
    /* not there */
  }
  return mkdtempSync(`${path}-`);
}

let cache = null;
/** The cache folder, made where it is missing; a private temporary folder where the user's cannot be written to. */
export function cacheFolder() {
  if (cache) return cache;
  const path = cachePath();
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    cache = path;
    moveFormer(cache);
  } catch {
    cache = privateTemp(name);
  }
  return cache;
}
