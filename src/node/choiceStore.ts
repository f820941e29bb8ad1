/**
 * Where measured kernel choices are kept between processes: small files in the program's cache folder. Losing them
 * costs seconds.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { cachePath, cacheFolder as openCacheFolder } from '../../setup/cacheFolder.mjs';
import type { ChoiceStore } from '../autograd/kernels/tune.ts';
import { writeFileAtomic } from './files.ts';

/**
 * The program's cache folder by the platform's rules; XDG_CACHE_HOME, where it is set to an absolute path, goes before
 * them. Makes nothing.
 */
export const cacheFolder = (
  env: Record<string, string | undefined> = process.env,
  platform: NodeJS.Platform = process.platform,
): string => cachePath(env, platform);

/** Bytes: larger files are not read. */
const MOST_BYTES = 16 << 20;

/**
 * A store of one file a name in `folder`; by default in the program's cache folder, which is made, or a temporary one
 * where it cannot be. Reading resolves to null where there is no such file; writing rejects with a UserError.
 */
export const fileStore = (folder = openCacheFolder()): ChoiceStore => ({
  read: async (name) => {
    const path = join(folder, name);
    const stat = await fs.stat(path).catch(() => null);
    return stat?.isFile() && stat.size <= MOST_BYTES ? fs.readFile(path, 'utf8') : null;
  },
  write: (name, text) => writeFileAtomic(join(folder, name), text),
});
