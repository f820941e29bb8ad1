// One Chromium for all test files with a browser: started here, found by them at the address in CHROMIUM_ENDPOINT
// (test/support/web/browser.ts), ended after the last.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags } from './browser-flags.mjs';

/** Resolves to { endpoint, close }; rejects if the browser ends before it listens. */
export function launchBrowser(path) {
  const profile = mkdtempSync(join(tmpdir(), 'semia-chromium-'));
  const child = spawn(
    path,
    [...browserFlags, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: process.platform !== 'win32' },
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      const endpoint = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (endpoint) resolve({ endpoint, close });
    });
    child.on('error', reject);
    void ended.then((code) => reject(new Error(`${path} ended with ${code}:\n${said}`)));
  });
}
