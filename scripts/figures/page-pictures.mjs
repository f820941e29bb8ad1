// npm run bench:page: the README's pictures of the page, taken in the Chromium at hand: the lake with one of its
// targets, light and dark. WebGPU runs on the processor there, so preview and estimate say far more time than a GPU
// takes.
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { findBrowser } from '../../setup/browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const executablePath = findBrowser();
if (!executablePath) {
  console.error('no Chromium was found: set CHROMIUM to its path, or install the package chromium');
  process.exit(2);
}

const server = spawn(process.execPath, [join(root, 'bin/semia.mjs'), 'serve', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const profile = mkdtempSync(join(tmpdir(), 'semia-pictures-'));
try {
  const url = await new Promise((found, failed) => {
    server.stdout.setEncoding('utf8').on('data', (text) => {
      const m = /http:\/\/127\.0\.0\.1:\d+\//.exec(text);
      if (m) found(m[0]);
    });
    server.on('exit', () => failed(new Error('semia serve ended')));
  });
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1280, height: 720 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    args: [
      '--no-sandbox',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--disable-background-networking',
      '--no-first-run',
    ],
  });
  const page = browser.pages()[0];
  page.setDefaultTimeout(300_000);
  const previewed = () =>
    page.waitForFunction(() => /^Preview of/.test(document.getElementById('result-status').textContent));
  await page.goto(`${url}?scene=lake&size=192`);
  await previewed();
  await page.click('#target-open');
  const moved = page.locator('#target-add').getByRole('button', { name: 'trees moved' });
  await moved.and(page.locator(':enabled')).waitFor();
  await page.evaluate(() => {
    document.getElementById('result-status').textContent = '';
  });
  await moved.click();
  await page.keyboard.press('Escape');
  await previewed();
  await page.waitForFunction(() => /iterations/.test(document.getElementById('estimate').textContent));
  for (const name of ['light', 'dark']) {
    await page.mouse.move(640, 4);
    const shot = await page.screenshot();
    const path = join(root, `docs/pictures/page-${name}.png`);
    await sharp(shot).resize(1000).png({ palette: true, effort: 10 }).toFile(`${path}.tmp`);
    renameSync(`${path}.tmp`, path);
    await page.click('#theme');
  }
  await browser.close();
} finally {
  server.kill();
  rmSync(profile, { recursive: true, force: true });
}
