/** The engine worker with a run: trained, inspected, stored, saved, opened elsewhere, restored, offline. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { readText } from '../../../src/data/formats/png.ts';
import { decodeRgbPng } from '../../../src/data/formats/rgbPng.ts';
import type { Result } from '../../../src/web/engineProtocol.ts';
import { browserPath, openBrowser, serveEnginePage, type Browser, type Site } from '../../support/web/browser.ts';
import { folder, run as semia } from '../../support/child.ts';
import type { TestPage } from '../../support/web/page/main.ts';
import { base, EnginePage, settings, source, target, width } from './enginePage.ts';

// The test page's own global: `semia` by itself is the command line, imported above.
declare const self: { semia: TestPage };

/** All files under a folder, by their names from there. */
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => join(f.parentPath, f.name).slice(dir.length + 1));

/** Unpacks a run's zip. Returns the run's folder. */
function unpack(bytes: Uint8Array, into: string): string {
  const files = Object.entries(unzipSync(bytes)).filter(([name]) => !name.endsWith('/'));
  for (const [name, data] of files) {
    mkdirSync(dirname(join(into, name)), { recursive: true });
    writeFileSync(join(into, name), data);
  }
  return join(into, files[0][0].split('/')[0]);
}

const weightsIn = (bytes: Uint8Array): Uint8Array =>
  Object.entries(unzipSync(bytes)).find(([name]) => /weights-\d+/.test(name))![1];
const equalBytes = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from({ length: a.length }, (_, i) => i).every((i) => a[i] === b[i]);

if (browserPath) {
  let site: Site, browser: Browser, engine: EnginePage;
  let half: Result<'save'>, whole: Result<'save'>, drawn: Result<'render'>;

  test.before(async () => {
    site = await serveEnginePage({ base });
    browser = await openBrowser();
    engine = await new EnginePage(browser, site.url).load();
    await engine.call('open', {});
    await engine.call('setSource', source);
  });
  test.after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test('trains: the losses fall, previews come in between, pause stores the state', async () => {
    const estimate = await engine.call('estimate', settings);
    assert.ok(
      estimate.exact && estimate.seconds > 0 && estimate.bytes > 1e6 && estimate.iterations === settings.iterations,
      JSON.stringify(estimate),
    );
    await engine.call('train', { ...settings, targets: [target] });
    assert.is((await engine.events('stored'))[0].iteration, 0, 'a reload finds it as soon as it trains');
    await engine.reach(1);
    const pausing = engine.pauseAt(4);
    assert.ok(await engine.call('preview', { target, size: width }), 'a preview while training');
    const paused = await pausing;
    assert.is(paused.state, 'paused');
    assert.ok(paused.iteration >= 4 && paused.iteration < settings.iterations, `paused at ${paused.iteration}`);
    assert.is(await engine.storedIteration(), paused.iteration);
    half = await engine.call('save', {});
    assert.is((await engine.events('stored')).at(-1)?.iteration, paused.iteration);
    await engine.call('resume', {});
    await engine.reach(settings.iterations);
    assert.is((await engine.call('pause', {})).state, 'finished');
    assert.is(await engine.storedIteration(), settings.iterations);
    assert.equal(await engine.unstoredEnds(), []);
    whole = await engine.call('save', {});
    assert.not.ok(equalBytes(weightsIn(half.bytes), weightsIn(whole.bytes)), 'training moves the weights');
    const rows = await engine.events('losses');
    const [first, last] = [rows[0], rows.at(-1)!];
    assert.is(last.iteration, settings.iterations);
    for (const name of ['imitation', 'total'])
      assert.ok(last[name] < 0.95 * first[name], `${name} ${first[name]} -> ${last[name]}`);
    const pictures = await engine.events('picture');
    assert.ok(pictures.length >= 1 && pictures.every((p) => p.target === 'slope' && p.picture.width === settings.size));
    drawn = await engine.call('render', { target, raw: true });
    assert.equal([drawn.picture.width, drawn.iteration], [settings.size, settings.iterations]);
    assert.is((await engine.call('render', { target })).picture.width, settings.outputSize);
  });

  test('looks inside', async () => {
    const { maps, layout, draft } = await engine.call('inspect', { target });
    assert.equal(draft.data, drawn.picture.data);
    const kinds = maps.map((m) => m.kind);
    assert.ok(kinds.includes('gamma') && kinds.includes('beta') && kinds.includes('discriminator'));
    for (const m of maps)
      assert.ok(
        m.values.length === m.width * m.height &&
          m.width === draft.width &&
          m.min < m.max &&
          m.values.every(Number.isFinite),
        m.label,
      );
    assert.ok(layout.agreement > 0.5 && layout.data.every((k) => k < 2));
    // The unchanged layout is translated by nothing: gamma's distance from 1 is smaller than where a class changed.
    const own = await engine.call('inspect', { target: { ...target, data: source.labels.data } });
    const mean = (v: ArrayLike<number>): number => Array.from(v).reduce((a, b) => a + b, 0) / v.length;
    assert.ok(
      mean(own.maps.find((m) => m.kind === 'beta')!.values) < mean(maps.find((m) => m.kind === 'beta')!.values),
    );
  });

  test('a saved run goes on in another page with the same bits, over a lost device', async () => {
    const other = await engine.another();
    const { storedRun } = await other.call('open', {});
    assert.is(storedRun?.iteration, settings.iterations, 'the run stored for a reload');
    const info = await other.call('openRun', { name: half.name, bytes: half.bytes });
    assert.is(info.status.state, 'paused');
    assert.is(await other.storedIteration(), info.status.iteration, 'an opened run is stored, too');
    assert.equal(
      [info.settings.size, info.targets[0].name, info.source.classes.map((c) => c.name)],
      [settings.size, 'slope', ['sky', 'ground']],
    );
    await other.call('loseDevice', {});
    await other.page.waitForFunction(() => self.semia.events.some((e) => e.name === 'lost'));
    assert.is((await other.failing('resume', {})).kind, 'lost');
    assert.is((await other.events('lost'))[0].iteration, await other.storedIteration());
    await other.call('renameTarget', { from: 'slope', to: 'hillside' }); // without a device, too
    await other.call('renameTarget', { from: 'hillside', to: 'slope' });
    await other.call('open', {});
    await other.call('resume', {});
    await other.reach(settings.iterations);
    await other.call('pause', {});
    assert.equal(await other.unstoredEnds(), []);
    const again = await other.call('save', {});
    assert.ok(
      equalBytes(weightsIn(again.bytes), weightsIn(whole.bytes)),
      'interrupted and uninterrupted: the same bits',
    );
    await other.page.close();
  });

  test('a reload finds the run again', async () => {
    await engine.load();
    const { storedRun } = await engine.call('open', {});
    assert.equal([storedRun?.name, storedRun?.iteration], ['hill', settings.iterations]);
    const info = await engine.call('restore', {});
    assert.is(info.status.state, 'finished');
    assert.ok(
      equalBytes(
        (await engine.call('render', { target: info.targets[0], raw: true })).picture.data,
        drawn.picture.data,
      ),
    );
  });

  test("the command line goes on with the page's run, and the page opens what it made", async () => {
    const dir = unpack(half.bytes, folder);
    const resumed = await semia(['train', '--resume', '-o', dir, '--quiet']);
    assert.is(resumed.code, 0, resumed.stderr);
    const png = join(folder, 'slope.png');
    const rendered = await semia(['render', dir, join(dir, 'targets/0.png'), '-o', png, '--raw', '--quiet']);
    assert.is(rendered.code, 0, rendered.stderr);
    const names = filesIn(dir).filter((f) => f !== 'index.html');
    const zip = zipSync(
      Object.fromEntries(
        names.map((f) => [`beach/${f.replaceAll('\\', '/')}`, readFileSync(join(dir, f))]),
      ) as Zippable,
    ) as Uint8Array<ArrayBuffer>;
    const info = await engine.call('openRun', { name: 'beach.zip', bytes: zip });
    assert.equal([info.name, info.status.state, info.status.iteration], ['beach', 'finished', settings.iterations]);
    assert.is(info.losses.at(-1)?.iteration, settings.iterations);
    // Two drivers: the same weights give the same picture but for rounding.
    const [here, there] = [
      (await engine.call('render', { target: info.targets[0], raw: true })).picture,
      decodeRgbPng(readFileSync(png), png),
    ];
    assert.equal([here.width, here.height], [there.width, there.height]);
    const largest = here.data.reduce((n, v, i) => Math.max(n, Math.abs(v - there.data[i])), 0);
    assert.ok(largest <= 2, `the command line's picture differs by ${largest} of 255`);
    const exported = await engine.call('exportPng', { target: info.targets[0], raw: true });
    const texts = readText(exported.bytes, exported.name);
    assert.equal(JSON.parse(texts.semia).iteration, settings.iterations);
    assert.ok(equalBytes(decodeRgbPng(exported.bytes, 'exported').data, here.data));
  });

  test('training asks nothing of any other host, and nothing goes wrong in the page', () => {
    assert.equal(browser.foreign, []);
    assert.equal(browser.errors, []);
  });

  test('works offline after the first load', async () => {
    await browser.page.evaluate(() => self.semia.cacheForOffline());
    await browser.context.setOffline(true);
    await site.stop();
    await engine.load();
    const report = await engine.call('open', {});
    assert.ok(report.device.software && report.storedRun);
  });
}
test.run();
