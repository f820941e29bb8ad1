/** The example page without a bundler, in real Chromium: as a static server hands out examples/ and dist/browser. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { browserPath, openBrowser, root } from '../support/web/browser.ts';

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url!, 'http://localhost');
  const file = /^\/(examples\/browser|dist\/browser)\/[\w-]+\.(html|js)$/.test(pathname) && join(root, pathname);
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': types[extname(file)] }).end(await readFile(file));
});

if (browserPath) {
  test('the page shows a preview and what the engine computed', async () => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const browser = await openBrowser();
    const { page } = browser;
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/examples/browser/index.html`);
      await page.waitForFunction(() => document.documentElement.dataset.done, null, { timeout: 300_000 });
      assert.match(await page.locator('#status').innerText(), /^done: mean value \d+\.\d of 255$/);
      const colors = await page.evaluate(() => {
        const { width, height } = document.querySelector<HTMLCanvasElement>('#result')!;
        const { data } = document
          .querySelector<HTMLCanvasElement>('#result')!
          .getContext('2d')!
          .getImageData(0, 0, width, height);
        return new Set(Array.from({ length: width * height }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size;
      });
      assert.ok(colors > 100, `${colors} colors in the result`);
      assert.equal(browser.foreign, []);
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
    }
  });
}

test.run();
