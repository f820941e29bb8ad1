/** The engine worker without a run: device, kernels, previews, refused input, layout classifier, policy, size. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { buildWeb, policy } from '../../../scripts/build/web-build.mjs';
import { expandWgsl } from '../../../scripts/build/wgsl-plugin.mjs';
import { browserPath, openBrowser, root, serveEnginePage, type Browser, type Site } from '../../support/web/browser.ts';
import { base, EnginePage, height, settings, source, target, width } from './enginePage.ts';

if (browserPath) {
  let site: Site, browser: Browser, engine: EnginePage;

  test.before(async () => {
    site = await serveEnginePage({ base });
    browser = await openBrowser();
    engine = await new EnginePage(browser, site.url).load();
  });
  test.after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test('opens the software adapter and reports its limits', async () => {
    assert.is((await engine.failing('preview', { target, size: 48 })).kind, 'lost', 'nothing is open yet');
    const report = await engine.call('open', {});
    assert.ok(report.device.software, 'SwiftShader computes on the processor');
    assert.ok(report.gflops > 0 && report.limits.bufferBytes >= 2 ** 28 && report.limits.previewSide >= 128);
    assert.is(report.storedRun, null);
    assert.match((await engine.failing('preview', { target, size: 48 })).message, /no photograph/);
    assert.is((await engine.failing('train', settings)).kind, 'user');
    assert.is((await engine.failing('save', {})).kind, 'no-run');
  });

  test('every kernel compiles there', async () => {
    const shaders = join(root, 'src/shaders');
    const kernels = await Promise.all(
      (readdirSync(shaders, { recursive: true }) as string[])
        .filter((f) => f.endsWith('.wgsl') && !f.startsWith('lib/'))
        .map(async (f) => [f, (await expandWgsl(join(shaders, f), join(shaders, 'lib'))).source] as const),
    );
    const wrong = await browser.page.evaluate(async (all) => {
      const adapter = (await navigator.gpu.requestAdapter())!;
      const subgroups = adapter.features.has('subgroups');
      const device = await adapter.requestDevice({ requiredFeatures: subgroups ? ['subgroups'] : [] });
      const found: string[] = [];
      for (const [name, code] of all) {
        if (!subgroups && /enable subgroups/.test(code)) continue;
        const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
        for (const m of messages) if (m.type === 'error') found.push(`${name}:${m.lineNum} ${m.message}`);
      }
      device.destroy();
      return found;
    }, kernels);
    assert.equal(wrong, []);
    assert.ok(kernels.length > 20);
  });

  test('a preview comes coarse first, from the pixels of its field', async () => {
    await engine.call('setSource', source);
    const result = (await engine.call('preview', { target, size: width }))!;
    const levels = await engine.events('level');
    assert.ok(
      levels.length >= 1 &&
        levels.every(
          (l, i) =>
            l.level === i &&
            l.picture.width < width &&
            l.picture.data.length === 4 * l.picture.width * l.picture.height,
        ),
      'coarser levels came before',
    );
    assert.is(result.level, result.levels - 1);
    assert.equal(
      [result.picture.width, result.picture.height, result.picture.data.length],
      [width, height, 4 * width * height],
    );
    const { pixels, distance } = result.field!;
    assert.equal([pixels.length, distance.length], [width * height, width * height]);
    assert.ok(distance.every((d) => d >= 0 && Number.isFinite(d)) && pixels.every((p) => p < width * height));
    const right = target.data.reduce((n, k, i) => n + Number(source.labels.data[pixels[i]] === k), 0);
    assert.ok(right > 0.95 * width * height, `${right} of ${width * height} pixels come from their class`);
    // Sky is blue and ground is brown: the picture follows the painted layout, not the photograph's.
    const blue = (i: number): boolean => result.picture.data[4 * i + 2] > result.picture.data[4 * i];
    const follows = target.data.reduce((n, k, i) => n + Number(blue(i) === (k === 0)), 0);
    assert.ok(follows > 0.95 * width * height, `${follows} of ${width * height} pixels have their class's color`);
  });

  test('a newer preview takes the place of an older one', async () => {
    const [older, newer] = await Promise.all([
      engine.call('preview', { target, size: width, seed: 1 }),
      engine.call('preview', { target, size: width, skip: 1 }),
    ]);
    assert.is(older, null);
    assert.is(newer!.picture.width, width / 2);
  });

  test('what cannot be used is reported, and changes nothing', async () => {
    const sameColors = source.classes.map((c) => ({ ...c, color: [1, 2, 3] as [number, number, number] }));
    assert.match(
      (await engine.failing('setSource', { ...source, classes: sameColors })).message,
      /sky and ground have one color/,
    );
    assert.match(
      (await engine.failing('setSource', { ...source, labels: { width: 2, height: 2, data: new Uint8Array(4) } }))
        .message,
      /one size/,
    );
    assert.match(
      (await engine.failing('preview', { target: { ...target, data: target.data.map(() => 7) }, size: 48 })).message,
      /class 7/,
    );
    assert.match((await engine.failing('train', { ...settings, size: 16 })).message, /at least 16 a side/);
    assert.match(
      (await engine.failing('openRun', { name: 'notes.txt', bytes: new Uint8Array([1, 2, 3]) })).message,
      /notes\.txt: is not a zip/,
    );
    assert.match(
      (
        await engine.failing('openRun', {
          name: 'other.zip',
          bytes: zipSync({ 'readme.txt': new Uint8Array(3) }) as Uint8Array<ArrayBuffer>,
        })
      ).message,
      /holds no run/,
    );
    assert.is((await engine.failing('restore', {})).kind, 'no-run');
  });

  test('the layout classifier reads a layout off any picture', async () => {
    const photo = await engine.call('classifyLayout', {
      target: { ...target, data: source.labels.data },
      picture: source.photo,
    });
    assert.ok(
      photo.ceiling > 0.8 && photo.meanIoU > 0.8 && photo.accuracy > 0.9,
      JSON.stringify({ ...photo, data: null }),
    );
    const against = await engine.call('classifyLayout', { target, picture: source.photo });
    assert.ok(against.meanIoU < photo.meanIoU - 0.1, 'the photograph does not follow the target');
    assert.is(against.data.length, width * height);
  });

  test('nothing is asked of any other host, and the policy forbids it', async () => {
    assert.is(await browser.page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content'), policy);
    const before = browser.errors.length;
    assert.is(
      await browser.page.evaluate(() =>
        fetch('https://elsewhere.invalid/').then(
          () => 'allowed',
          () => 'refused',
        ),
      ),
      'refused',
    );
    assert.match(
      browser.errors.splice(before).join(),
      /Content Security Policy/,
      'refused by the policy, not by the network',
    );
    assert.equal(browser.foreign, []);
    assert.equal(browser.errors, []);
  });

  test('a browser without WebGPU is reported as one', async () => {
    const here = await serveEnginePage({ base });
    const bare = await openBrowser({ webgpu: false });
    try {
      const page = await new EnginePage(bare, here.url).load();
      assert.match((await page.failing('open', {})).kind, /^no-(webgpu|adapter)$/);
    } finally {
      await bare.close();
      await here.stop();
    }
  });

  test('the page is under 300 kB compressed', async () => {
    const out = mkdtempSync(join(tmpdir(), 'semia-size-'));
    try {
      const files = await buildWeb({ root, outdir: out });
      const bytes = files.reduce((n, f) => n + gzipSync(readFileSync(join(out, f)), { level: 9 }).length, 0);
      assert.ok(bytes < 300_000, `${bytes} bytes`);
      const html = readFileSync(join(out, 'index.html'), 'utf8');
      assert.not.match(html, /(?:src|href)="(?:\/|https?:)/, 'relative addresses only');
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
}
test.run();
