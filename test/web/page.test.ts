/**
 * The page in real Chromium, used by pointer, keys and files as visitors do. Tiny pictures: a processor plays the
 * graphics card.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { drawingOf } from '../../src/data/layout/drawing/drawing.ts';
import type { Picture } from '../../src/data/image/image.ts';
import { thin } from '../../src/data/layout/drawing/lines.ts';
import { readText } from '../../src/data/formats/png.ts';
import { sceneNames as painters } from '../../src/data/scenes/index.ts';
import { readerOf, unzipRun } from '../../src/model/run/runZip.ts';
import { decodeImage } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { browserOf, stepsFor } from '../../src/web/page/messages.ts';
import { shippedSceneNames } from '../../src/web/page/sceneNames.ts';
import { browserPath, openBrowser, serveApp, type Browser, type Site } from '../support/web/browser.ts';
import { differ, BrowserHarness, slow } from '../support/web/browserHarness.ts';
import { paint as picture } from '../support/runs.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test('the scenes offered are the scenes there are', () => assert.equal([...shippedSceneNames], painters));

test('the steps without WebGPU are those of the browser at hand', () => {
  assert.is(
    browserOf('Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'),
    'Chrome or Edge',
  );
  assert.is(
    browserOf('Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'),
    'Safari',
  );
  assert.is(browserOf('Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0'), 'Firefox');
  for (const b of ['Chrome or Edge', 'Firefox', 'Safari', 'this browser'] as const)
    for (const found of [true, false]) assert.ok(stepsFor(b, found).length > 0);
});

if (browserPath) withBrowser();
else test.skip('the page in a browser: no Chromium', () => {});

function withBrowser(): void {
  let site: Site, browser: Browser, page: Page, harness: BrowserHarness;

  /** RGB at n x n places of the result as it is drawn. */
  const result = (n: number): Promise<number[][]> =>
    page.evaluate(
      ([n, w, h]) => {
        const canvas = document.getElementById('result-canvas') as HTMLCanvasElement,
          { width, height } = canvas;
        const ratio = width / canvas.clientWidth,
          scale = Math.min((canvas.clientWidth - 16) / w, (canvas.clientHeight - 16) / h) * ratio;
        const c = canvas.getContext('2d')!,
          out: number[][] = [];
        for (let j = 0; j < n; j++)
          for (let i = 0; i < n; i++) {
            out.push(
              [
                ...c.getImageData(
                  Math.floor((width - scale * w) / 2 + ((i + 0.5) / n) * scale * w),
                  Math.floor((height - scale * h) / 2 + ((j + 0.5) / n) * scale * h),
                  1,
                  1,
                ).data,
              ].slice(0, 3),
            );
          }
        return out;
      },
      [n, harness.size.width, harness.size.height] as const,
    );
  const accessible = async (where: string): Promise<void> => {
    const found = (await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] })`)) as {
      violations: { id: string; help: string; nodes: { html: string }[] }[];
    };
    assert.equal(
      found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes[0].html}`),
      [],
      where,
    );
  };
  test.before(async () => {
    site = await serveApp();
    browser = await openBrowser();
    page = browser.page;
    harness = new BrowserHarness(page, site.url);
    await page.setViewportSize({ width: 1280, height: 720 });
    // colors in the middle of a transition would fail the check of contrasts
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });
  test.after(async () => {
    await browser.close();
    await site.stop();
  });

  test('opens with a scene and its preview; nothing sticks out of the window', async () => {
    await harness.previewed(() => harness.open());
    assert.is(await harness.text('document-name'), 'meadow');
    assert.is((await harness.layout()).width, 48);
    assert.equal(
      await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
      [1280, 720],
    );
  });

  test('painting changes the layout and the preview, there and hardly elsewhere; undo takes both back', async () => {
    const before = await harness.layout(),
      seen = await result(16);
    const classes = page.locator('#classes button');
    // the class at the bottom, painted into the top left corner
    await page.keyboard.press('p');
    await page.mouse.click(...(await harness.at(0.5, 0.97)));
    await page.keyboard.press('r');
    await harness.previewed(() => harness.stroke([0.0, 0.0], [0.3, 0.3]));
    const chosen = await classes
      .locator('nth=0')
      .evaluate((b) => [...b.parentElement!.children].findIndex((c) => c.getAttribute('aria-checked') === 'true'));
    assert.ok(chosen >= 0);
    const after = await harness.layout(),
      now = await result(16);
    let [inside, outside] = [0, 0];
    for (let p = 0; p < harness.size.width * harness.size.height; p++) {
      const corner =
        p % harness.size.width < 0.3 * harness.size.width &&
        Math.floor(p / harness.size.width) < 0.3 * harness.size.height;
      const differs = [0, 1, 2].some((c) => before.data[4 * p + c] !== after.data[4 * p + c]);
      if (differs && !corner) outside++;
      else if (differs) inside++;
    }
    assert.is(outside, 0);
    assert.ok(inside > 0.08 * harness.size.width * harness.size.height, `${inside} pixels`);
    const change = (of: (x: number, y: number) => boolean): number => {
      let [sum, n] = [0, 0];
      for (let i = 0; i < 256; i++)
        if (of(((i % 16) + 0.5) / 16, (Math.floor(i / 16) + 0.5) / 16)) {
          n++;
          for (let c = 0; c < 3; c++) sum += Math.abs(now[i][c] - seen[i][c]) / 3;
        }
      return sum / n;
    };
    const [there, elsewhere] = [change((x, y) => x < 0.25 && y < 0.25), change((x, y) => x > 0.5 || y > 0.5)];
    assert.ok(there > 15 && elsewhere < there / 3, `changed by ${there} there, ${elsewhere} elsewhere`);
    await harness.previewed(() => page.keyboard.press('Control+z'));
    assert.equal((await harness.layout()).data, before.data);
  });

  test('redrawing in pieces gives the same pixels as redrawing all', async () => {
    const shown = (): Promise<string> =>
      page.evaluate(
        () =>
          new Promise<string>((r) => {
            requestAnimationFrame(() =>
              requestAnimationFrame(() =>
                r((document.getElementById('paint-canvas') as HTMLCanvasElement).toDataURL()),
              ),
            );
          }),
      );
    for (const [tool, ...points] of [
      ['b', [0.2, 0.3], [0.7, 0.8], [0.4, 0.1]],
      ['e', [0.2, 0.5], [0.7, 0.5]],
      ['s', [0.1, 0.9], [0.8, 0.9]],
      ['m', [0.3, 0.3], [0.6, 0.3], [0.6, 0.6], [0.3, 0.6]],
      ['m', [0.45, 0.45], [0.6, 0.6]],
    ] as [string, ...[number, number][]][]) {
      await page.keyboard.press(tool);
      await harness.stroke(...points);
      const pieces = await shown();
      await page.keyboard.press('0'); // the same view, all drawn again
      assert.ok(pieces === (await shown()), `after ${tool} ${points.join(' ')}`);
    }
    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z');
  });

  test('keys alone paint: the pen moves by arrows and draws while space holds it down', async () => {
    const before = await harness.layout();
    await page.keyboard.press('b');
    await page.focus('#paint-canvas');
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('Space');
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    await harness.previewed(() => page.keyboard.press('Space'));
    assert.match(await harness.text('paint-status'), /painting .* at \d+, \d+/);
    assert.ok(differ(await harness.layout(), before) > 0);
    await harness.previewed(() => page.keyboard.press('Control+z'));
    assert.equal((await harness.layout()).data, before.data);
  });

  test('pointing at the result shows where it comes from', async () => {
    await page.focus('#result-canvas');
    await page.keyboard.press('ArrowRight');
    assert.match(
      await harness.text('probe'),
      /^preview from .+ at \d+, \d+ of the photograph · distance [\d.]+ of 255$/,
    );
    assert.ok(await page.isVisible('#loupe'));
    await page.keyboard.press('Escape');
    await page.selectOption('#before', 'photo');
    assert.ok(await page.isVisible('#divider'));
    await page.selectOption('#before', 'none');
  });

  test('unusable files are reported in a message, and the document stays', async () => {
    const drop = (name: string, bytes: Uint8Array): Promise<void> => harness.drop({ name, bytes });
    await drop('notes.png', new TextEncoder().encode('this is no picture\n'));
    await harness.expectMessage(/notes\.png: is text, not an image/);
    await drop('cut.png', encodePng(picture(40, 40, (x, y) => [x * 5, (x * y * 7) % 256, 90])).subarray(0, 300));
    await harness.expectMessage(/cut\.png: the PNG file is cut off after 300 bytes/);
    await drop('run.zip', new TextEncoder().encode('PK no zip'));
    await harness.expectMessage(/run\.zip/);
    assert.is(await harness.text('document-name'), 'meadow');
  });

  test('a photograph without a layout gets a first one; classes by name', async () => {
    const photo = picture(64, 48, (x, y) =>
      y < 20 ? [90 + (x % 7), 140, 220] : x < 30 ? [30, 110 + ((x * y) % 9), 40] : [200, 170 + (y % 5), 90],
    );
    await page.setInputFiles('#file', []);
    await page.click('#start-open');
    await harness.choose('#open-photo', { name: 'beach.png', bytes: encodePng(photo) });
    await page.waitForSelector('#segment[open]');
    await page.locator('#segment-k').fill('3');
    await accessible('the first layout');
    await harness.previewed(() => page.locator('#segment button.primary').click());
    assert.is(await page.locator('#classes button').count(), 3);
    const l = await harness.layout(),
      class3 = (x: number, y: number): string =>
        l.data.subarray(4 * (y * l.width + x), 4 * (y * l.width + x) + 3).join();
    assert.is(new Set([class3(32, 5), class3(10, 40), class3(50, 40)]).size, 3);
    assert.is(class3(5, 5), class3(60, 8));
  });

  test('training: the loss falls; saved half way and opened again, it ends with the same weights', async () => {
    await harness.layout(); // of the photograph of the test before
    await harness.small(10);
    await page.click('#train');
    await harness.state(/^iteration [1-9]/);
    await page.click('#train');
    await harness.state(/paused$/);
    const half = await harness.saved(() => page.click('#save')),
      names = await page.locator('#classes button').allInnerTexts();
    await page.click('#train');
    await harness.state(/^finished after 10/);
    const curve = (await page.getAttribute('#curve-canvas', 'aria-label'))!,
      [, from, to] = curve.match(/reconstruction ([\d.]+) to ([\d.]+)/)!;
    assert.ok(Number(to) < Number(from), curve);
    await page.waitForFunction(() => document.querySelectorAll('#maps button').length > 3, null, slow);
    const whole = await harness.saved(() => page.click('#save'));
    const png = await harness.saved(() => page.click('#download'));
    assert.ok(
      Object.keys(readText(png.bytes)).some((k) => /semia/i.test(k)),
      'carries its recipe',
    );
    assert.is((await decodeImage(png.bytes, png.name)).width, harness.size.width);
    await page.locator('#maps button').first().click();
    await page.focus('#result-canvas');
    await page.keyboard.press('ArrowLeft');
    assert.match(await harness.text('probe'), /: -?[\d.]+ \(/);
    await accessible('a finished run');
    await page.click('#reset');
    await harness.state(/\d iterations, /); // the stored run is deleted: after a reload there is the file only

    await harness.open();
    await harness.choose('#open-run', half);
    await harness.state(/paused$/);
    assert.equal(await page.locator('#classes button').allInnerTexts(), names);
    await page.click('#train');
    await harness.state(/^finished after 10/);
    const again = await harness.saved(() => page.click('#save'));
    const weights = ({ bytes }: { bytes: Uint8Array }): Uint8Array => {
      const files = unzipSync(bytes),
        name = Object.keys(files)
          .filter((f) => /weights.*\.safetensors$/.test(f))
          .sort()
          .at(-1)!;
      return files[name];
    };
    assert.ok(Buffer.compare(weights(again), weights(whole)) === 0, 'the same weights');
    assert.ok(Buffer.compare(weights(half), weights(whole)) !== 0, 'which are not those of half the way');
  });

  test('a line drawing in place of classes: found, drawn on, erased, imported, trained; the run says so', async () => {
    await page.click('#reset');
    await harness.small(2); // before the page estimates a larger training
    const photo = picture(64, 48, (x, y) =>
      Math.hypot(x - 20, y - 22) < 11
        ? [220, 90 + (x % 5), 40]
        : y > 36
          ? [30, 60, 30 + (y % 5)]
          : [120, 170 + (x % 3), 230],
    );
    await page.click('#start-open');
    await harness.choose('#open-photo', { name: 'ball.png', bytes: encodePng(photo) });
    await page.locator('#segment-kind [aria-checked="true"]').focus();
    await page.keyboard.press('ArrowRight');
    assert.is(await harness.text('segment-title'), 'A first drawing');
    await accessible('the first drawing');
    await harness.previewed(() => page.locator('#segment button.primary').click());
    assert.equal(await page.locator('#classes button').allInnerTexts(), ['paper', 'line']);
    assert.equal(
      await page.locator('#tools button:visible').evaluateAll((all) => all.map((b) => (b as HTMLElement).dataset.tool)),
      ['brush', 'eraser', 'rectangle', 'move', 'pick', 'pan'],
    );
    const drawing = await harness.layout(),
      found = drawingOf(photo).labels;
    const ink = (p: Picture): Uint8Array =>
        Uint8Array.from({ length: p.width * p.height }, (_, i) => Number(p.data[4 * i] < 128)),
      lines = (p: Picture): number => ink(p).reduce((a, b) => a + b);
    assert.equal(ink(drawing), found, 'what semia edges finds');
    await harness.stroke([0.6, 0.1], [0.9, 0.6]);
    const more = await harness.layout();
    assert.ok(
      lines(more) > lines(drawing) + 15 && lines(more) < lines(drawing) + 60,
      `${lines(drawing)} pixels of lines, then ${lines(more)}`,
    );
    const file = await harness.saved(() => page.click('#export'));
    await page.keyboard.press('e');
    await harness.stroke([0.9, 0.1], [0.6, 0.5]);
    assert.ok(lines(await harness.layout()) < lines(more), 'the eraser leaves paper');
    for (const wanted of [more, drawing]) {
      await page.keyboard.press('Control+z');
      assert.equal((await harness.layout()).data, wanted.data);
    }
    await harness.previewed(() => harness.choose('#import', file));
    assert.equal(ink(await harness.layout()), thin(ink(more), 64, 48), 'only the middle of a stroke counts');
    await page.click('#train');
    await harness.state(/^finished after 2/);
    await page.locator('#maps button', { hasText: /^lines found, F [01]\.\d\d/ }).waitFor();
    const saved = unzipRun(
        (await harness.saved(() => page.click('#save'))).bytes as Uint8Array<ArrayBuffer>,
        'ball.zip',
      ),
      run = readerOf(saved);
    assert.equal([saved.record.config.network.condition, (await run.source()).palette.lines], ['sketch', true]);
    assert.equal((await run.targets())[0].labels, thin(ink(more), 64, 48));
  });

  test('accessible in light and dark, with its dialogs; on a tablet too', async () => {
    for (const id of ['start-open', 'help-open']) {
      await page.click(`#${id}`);
      await accessible(id);
      await page.keyboard.press('Escape');
    }
    await page.click('#theme');
    await accessible('other colors');
    await page.setViewportSize({ width: 820, height: 1180 });
    await accessible('a tablet');
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), 820);
  });

  test('nothing was asked of any other host, and nothing went wrong in the page', () => {
    assert.equal(browser.foreign, []);
    assert.equal(browser.errors, []);
  });

  test('without WebGPU the page explains how to switch it on, and painting still works', async () => {
    const other = await openBrowser({ webgpu: false });
    try {
      page = other.page;
      harness = new BrowserHarness(page, site.url);
      await page.setViewportSize({ width: 1280, height: 720 });
      await harness.open();
      await page.waitForSelector('#notice:not([hidden])');
      assert.match(await harness.text('notice'), /WebGPU.*\n?[\s\S]*chrome:\/\//);
      const before = await harness.layout();
      await page.keyboard.press('3');
      await harness.stroke([0.2, 0.2], [0.8, 0.8]);
      assert.ok((await harness.layout()).data.some((v, i) => v !== before.data[i]));
      await accessible('no WebGPU');
      assert.equal(other.errors, []);
    } finally {
      await other.close();
    }
  });
}

test.run();
