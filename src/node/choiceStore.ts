/**
 * Where measured kernel choices are kept between processes: small files in the user's cache folder. Losing them costs
 * seconds.
 */
import { promises as fs } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { ChoiceStore } from '../autograd/kernels/tune.ts';
import { writeFileAtomic } from './files.ts';

/** The user's cache folder by the platform's rules; XDG_CACHE_HOME, where it is set, goes before them. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const xdg = env.XDG_CACHE_HOME;
  if (xdg && isAbsolute(xdg)) return join(xdg, 'semia'); // a relative one is to be ignored, says the specification
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'semia', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'semia');
  return join(homedir(), '.cache', 'semia');
}

const MOST_BYTES = 16 << 20; // a file beyond this is none of ours

export const fileStore = (folder = cacheFolder()): ChoiceStore => ({
  read: async (name) => {
    const path = join(folder, name);
    const stat = await fs.stat(path).catch(() => null);
    return stat?.isFile() && stat.size <= MOST_BYTES ? fs.readFile(path, 'utf8') : null;
  },
  write: (name, text) => writeFileAtomic(join(folder, name), text),
});
