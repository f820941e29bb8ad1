// Runs again whenever a source or a test changes.
import { watch } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../setup/process.mjs';

const folders = ['src', 'test', 'setup', 'scripts', 'bin'];
const settleMs = 150; // an editor writes a file in several steps, a checkout many files

/** Calls `run` once, then after each change; never resolves. A change during a run leads to one more. */
export async function watching(run) {
  let changed = () => {};
  let timer = null;
  for (const folder of folders)
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => changed(), settleMs);
    });
  for (;;) {
    const change = new Promise((resolve) => {
      changed = resolve;
    });
    await run();
    console.log('\nwatching for changes (Ctrl-C ends it)');
    await change;
  }
}
