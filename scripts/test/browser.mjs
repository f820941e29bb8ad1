// One Chromium for all test files with a browser: started here, found by them at the address in CHROMIUM_ENDPOINT
// (test/support/web/browser.ts), ended after the last.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { browserFlags } from './browser-flags.mjs';

/** Resolves to { endpoint, close }. `path`: the browser's program. Flags are as in a browser of a file's own. */
export async function launchBrowser(path) {
  const profile = mkdtempSync(join(tmpdir(), 'semia-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: true,
    args: [...browserFlags, '--remote-debugging-port=0'],
  });
  // The browser writes the port that it chose, and its path, into its profile before it answers.
  const [port, address] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n');
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  return { endpoint: `ws://127.0.0.1:${port}${address}`, close };
}
