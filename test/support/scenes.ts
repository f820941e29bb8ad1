/**
 * The example scenes as files, painted once for all test files: painting takes longer than most of what is tested with
 * them. They lie in dist/test, which every build empties, so they are never older than the code that paints them.
 */
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { folder, good, run, until } from './child.ts';
import { root } from './root.ts';

/** Whether this is the first to ask for a name: makes a folder of that name. */
function isFirst(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Copies what `semia example --size SIZE` paints to `to`. */
export async function copyScenes(to = join(folder, 'ex'), size = 64): Promise<void> {
  const kept = join(root, 'dist/test/scenes');
  const all = join(kept, String(size));
  mkdirSync(kept, { recursive: true });
  if (isFirst(`${all}-begun`)) {
    const own = `${all}-unfinished`;
    good(await run(['example', own, '--size', String(size)]));
    renameSync(own, all);
  } else {
    await until(() => existsSync(all), `${all}: painted by another test file (build anew if that was stopped)`, 300);
  }
  cpSync(all, to, { recursive: true });
}
