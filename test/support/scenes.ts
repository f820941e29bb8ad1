/**
 * The example scenes as files, painted once for all test files: painting takes longer than most of what is tested with
 * them. They lie in dist/test, which every build empties, so they are never older than the code that paints them.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { folder, run } from './child.ts';
import { root } from './root.ts';

/** Copies what `semia example --size SIZE` paints to `to`. */
export async function copyScenes(to = join(folder, 'ex'), size = 64): Promise<void> {
  const kept = join(root, 'dist/test/scenes');
  const all = join(kept, String(size));
  if (!existsSync(all)) {
    mkdirSync(kept, { recursive: true });
    const own = mkdtempSync(join(kept, 'painting-'));
    const { code, stderr, stdout } = await run(['example', own, '--size', String(size)]);
    assert.is(stderr, '', 'nothing on stderr');
    assert.is(code, 0, stdout);
    try {
      renameSync(own, all);
    } catch {
      rmSync(own, { recursive: true }); // another test file was as early, with the same pictures
    }
  }
  cpSync(all, to, { recursive: true });
}
