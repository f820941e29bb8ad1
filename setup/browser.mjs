// A Chromium to test the page in: the one named by CHROMIUM, one at a usual place, or Debian's and Ubuntu's package
// through apt (root, or sudo without a password; not with SEMIA_NO_APT=1). Without any, the tests of the page are
// skipped.
import { existsSync } from 'node:fs';
import { rootFor } from './drivers/apt.mjs';
import { capture, holdingInterrupts, lastLines, notify, which } from './process.mjs';
import { osRelease } from './system.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
const paths = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The path of a Chromium on this machine, or null. */
export const findBrowser = (env = process.env, find = which, exists = existsSync) =>
  env.CHROMIUM
    ? exists(env.CHROMIUM)
      ? env.CHROMIUM
      : null
    : (names.map(find).find(Boolean) ?? paths.find((p) => exists(p)) ?? null);

/** findBrowser, after installing one where that can be done without asking. */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found || process.env.CHROMIUM || process.env.SEMIA_NO_APT) return found;
  // Ubuntu's own package only fetches a snap, which machines without its daemon cannot run.
  const sudo = osRelease().ID === 'debian' ? await rootFor('apt-get') : null;
  if (sudo === null) return null;
  const run = (...args) =>
    capture(
      ...((c) => [c[0], c.slice(1)])([
        ...(sudo ? ['sudo', '-n'] : []),
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-o',
        'DPkg::Lock::Timeout=120',
        ...args,
      ]),
    );
  return holdingInterrupts(async () => {
    const apt = sudo ? 'apt through sudo' : 'apt';
    notify(`no Chromium found; installing the package chromium (some 100 MB) with ${apt} for the tests of the page…`);
    await run('update');
    const result = await run('install', '-y', '--no-install-recommends', 'chromium');
    if (result.code !== 0)
      notify(`apt-get install failed (${result.code ?? result.signal}):\n${lastLines(result.all, 5)}`);
    return findBrowser();
  });
}
