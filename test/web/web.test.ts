/**
 * The page's engine in real Chromium, on SwiftShader: its worker through the client, as the page uses it. Tiny
 * pictures, since
 * one processor core plays the graphics card here.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { readText } from '../../src/data/formats/png.ts';
import { decodeRgbPng } from '../../src/data/formats/rgbPng.ts';
import type {
  Events,
  EventName,
  Failure,
  MethodName,
  Params,
  Result,
  SourceInput,
  TargetInput,
} from '../../src/web/engineProtocol.ts';
import { buildWeb, policy } from '../../scripts/build/web-build.mjs';
import { expandWgsl } from '../../scripts/build/wgsl-plugin.mjs';
import { browserPath, openBrowser, root, servePage, type Browser } from '../support/browser.ts';
import { folder, run as semia } from '../support/child.ts';
import type { TestPage } from '../support/webpage/main.ts';

// The test page's own global: `semia` by itself is the command line, imported above.
declare const self: { semia: TestPage };
const base = '/some/where/';
const [width, height] = [96, 64];
const settings = { preset: 'fast', size: 32, width: 4, iterations: 8, seed: 3, outputSize: 48 } as const;

let site: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;

/** Red-brown ground under a blue sky, both with a texture. */
const scene = (w: number, h: number): { source: SourceInput; target: TargetInput } => {
  const photo = { width: w, height: h, data: new Uint8ClampedArray(4 * w * h) };
  const [labels, changed] = [new Uint8Array(w * h), new Uint8Array(w * h)];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const at = y * w + x;
      labels[at] = Number(y >= h / 2);
      changed[at] = Number(y >= h / 4 + x / 4);
      const wave = 30 * Math.sin(x * 1.3) * Math.sin(y * 0.9);
      photo.data.set(labels[at] ? [150 + wave, 80 + wave, 40, 255] : [70, 130 + wave / 3, 210 + wave / 2, 255], 4 * at);
    }
  return {
    source: {
      name: 'hill.png',
      photo,
      labels: { width: w, height: h, data: labels },
      classes: [
        { name: 'sky', color: [60, 120, 220] },
        { name: 'ground', color: [140, 80, 30] },
      ],
    },
    target: { name: 'slope', width: w, height: h, data: changed },
  };
};
const { source, target } = scene(width, height);

/** A call in the page; a failure is thrown as what the page is told. */
async function call<M extends MethodName>(method: M, params: Params<M>, { page } = browser): Promise<Result<M>> {
  const answer = (await page.evaluate(([m, p]) => self.semia.attempt(m, p as never), [method, params] as const)) as {
    value?: unknown;
    failure?: Failure;
  };
  if (answer.failure) throw Object.assign(new Error(answer.failure.message), answer.failure);
  return answer.value as Result<M>;
}

/** The events of a name so far. */
const events = <E extends EventName>(name: E, { page } = browser): Promise<Events[E][]> =>
  page.evaluate((n) => self.semia.events.filter((e) => e.name === n).map((e) => e.data), name) as Promise<Events[E][]>;

/** Waits until training has come to `iteration`, or has ended. */
async function reach(iteration: number, { page } = browser): Promise<void> {
  await page.waitForFunction(
    (n) =>
      self.semia.events.some(
        (e) => e.name === 'status' && (e.data as { iteration: number; state: string }).iteration >= n,
      ),
    iteration,
    { timeout: 300_000, polling: 50 },
  );
}

/**
 * Lets training come to `iteration` and pauses it from within the page, at that moment: until this process hears of it
 * on a busy machine, it may be over.
 */
const pauseAt = (iteration: number): Promise<Result<'pause'>> =>
  browser.page.evaluate(
    (n) =>
      new Promise<Result<'pause'>>((done) => {
        const { engine, events } = self.semia;
        const there = (s: unknown): boolean => (s as { iteration: number }).iteration >= n,
          pause = (): void => {
            stop();
            done(engine.call('pause', {}));
          };
        const stop = engine.on('status', (s) => {
          if (there(s)) pause();
        });
        if (events.some((e) => e.name === 'status' && there(e.data))) pause();
      }),
    iteration,
  );

/** The iteration of the run that a reload would find; null without. */
const stored = ({ page } = browser) =>
  page.evaluate(
    () =>
      new Promise<number | null>((resolve, reject) => {
        const opening = indexedDB.open('semia-runs', 1);
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('runs');
        };
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const found = opening.result.transaction('runs').objectStore('runs').get('current');
          found.onerror = () => reject(found.error);
          found.onsuccess = () => {
            opening.result.close();
            resolve(found.result?.record.host.iteration ?? null);
          };
        };
      }),
  );

/** What was called paused or finished before it was kept: none, ever. */
const early = ({ page } = browser): Promise<string[]> =>
  page.evaluate(() => {
    const kept = new Set<number>(),
      found: string[] = [];
    for (const { name, data } of self.semia.events) {
      const { iteration, state, error } = data as { iteration: number; state?: string; error?: string };
      if (name === 'kept' && !error) kept.add(iteration);
      if (name !== 'status' || !/paused|finished/.test(state!)) continue;
      if (!kept.has(iteration)) found.push(`${state} at ${iteration}`);
    }
    return found;
  });

async function openPage(b: Browser): Promise<void> {
  await b.page.goto(site.url);
  await b.page.waitForFunction(() => 'semia' in globalThis);
}

/** All files under a folder, by their names from there. */
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => join(f.parentPath, f.name).slice(dir.length + 1));

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

async function failing<M extends MethodName>(method: M, params: Params<M>, b = browser): Promise<Failure> {
  try {
    await call(method, params, b);
  } catch (e) {
    return e as unknown as Failure;
  }
  throw new Error(`${method} was expected to fail`);
}

if (browserPath) {
  let half: Result<'save'>, whole: Result<'save'>, drawn: Result<'render'>;

  test.before(async () => {
    site = await servePage({ base });
    browser = await openBrowser();
    await openPage(browser);
  });
  test.after(async () => {
    await browser?.close();
    await site?.stop();
  });

  test('opens the software adapter and says what it can', async () => {
    assert.is((await failing('preview', { target, size: 48 })).kind, 'lost', 'nothing is open yet');
    const report = await call('open', {});
    assert.ok(report.device.software, 'SwiftShader computes on the processor');
    assert.ok(report.gflops > 0 && report.limits.bufferBytes >= 2 ** 28 && report.limits.previewSide >= 128);
    assert.is(report.kept, null);
    assert.match((await failing('preview', { target, size: 48 })).message, /no photograph/);
    assert.is((await failing('train', settings)).kind, 'user');
    assert.is((await failing('save', {})).kind, 'no-run');
  });

  test('every kernel compiles there', async () => {
    const shaders = join(root, 'src/shaders');
    const kernels = await Promise.all(
      filesIn(shaders)
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

  test('a preview comes coarse first, from the pixels it says', async () => {
    await call('setSource', source);
    const result = (await call('preview', { target, size: width }))!;
    const levels = await events('level');
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
      call('preview', { target, size: width, seed: 1 }),
      call('preview', { target, size: width, skip: 1 }),
    ]);
    assert.is(older, null);
    assert.is(newer!.picture.width, width / 2);
  });

  test('what cannot be used is said, and changes nothing', async () => {
    const twins = source.classes.map((c) => ({ ...c, color: [1, 2, 3] as [number, number, number] }));
    assert.match((await failing('setSource', { ...source, classes: twins })).message, /sky and ground have one color/);
    assert.match(
      (await failing('setSource', { ...source, labels: { width: 2, height: 2, data: new Uint8Array(4) } })).message,
      /one size/,
    );
    assert.match(
      (await failing('preview', { target: { ...target, data: target.data.map(() => 7) }, size: 48 })).message,
      /class 7/,
    );
    assert.match((await failing('train', { ...settings, size: 16 })).message, /at least 16 a side/);
    assert.match(
      (await failing('openRun', { name: 'notes.txt', bytes: new Uint8Array([1, 2, 3]) })).message,
      /notes\.txt: is not a zip/,
    );
    assert.match(
      (
        await failing('openRun', {
          name: 'other.zip',
          bytes: zipSync({ 'readme.txt': new Uint8Array(3) }) as Uint8Array<ArrayBuffer>,
        })
      ).message,
      /holds no run/,
    );
    assert.is((await failing('restore', {})).kind, 'no-run');
  });

  test('trains: the losses fall, previews come in between, pause keeps the state', async () => {
    const estimate = await call('estimate', settings);
    assert.ok(
      estimate.exact && estimate.seconds > 0 && estimate.bytes > 1e6 && estimate.iterations === settings.iterations,
      JSON.stringify(estimate),
    );
    await call('train', { ...settings, targets: [target] });
    assert.is((await events('kept'))[0].iteration, 0, 'a reload finds it as soon as it trains');
    await reach(1);
    const pausing = pauseAt(4);
    assert.ok(await call('preview', { target, size: width }), 'a preview while training');
    const paused = await pausing;
    assert.is(paused.state, 'paused');
    assert.ok(paused.iteration >= 4 && paused.iteration < settings.iterations, `paused at ${paused.iteration}`);
    assert.is(await stored(), paused.iteration);
    half = await call('save', {});
    assert.is((await events('kept')).at(-1)?.iteration, paused.iteration);
    await call('resume', {});
    await reach(settings.iterations);
    assert.is((await call('pause', {})).state, 'finished');
    assert.is(await stored(), settings.iterations);
    assert.equal(await early(), []);
    whole = await call('save', {});
    assert.not.ok(equalBytes(weightsIn(half.bytes), weightsIn(whole.bytes)), 'training moves the weights');
    const rows = await events('losses');
    const [first, last] = [rows[0], rows.at(-1)!];
    assert.is(last.iteration, settings.iterations);
    for (const name of ['imitation', 'total'])
      assert.ok(last[name] < 0.95 * first[name], `${name} ${first[name]} -> ${last[name]}`);
    const pictures = await events('picture');
    assert.ok(pictures.length >= 1 && pictures.every((p) => p.target === 'slope' && p.picture.width === settings.size));
    drawn = await call('render', { target, raw: true });
    assert.equal([drawn.picture.width, drawn.iteration], [settings.size, settings.iterations]);
    assert.is((await call('render', { target })).picture.width, settings.outputSize);
  });

  test('looks inside', async () => {
    const { maps, layout, draft } = await call('inspect', { target });
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
    const own = await call('inspect', { target: { ...target, data: source.labels.data } });
    const mean = (v: ArrayLike<number>): number => Array.from(v).reduce((a, b) => a + b, 0) / v.length;
    assert.ok(
      mean(own.maps.find((m) => m.kind === 'beta')!.values) < mean(maps.find((m) => m.kind === 'beta')!.values),
    );
  });

  test('the judge reads a layout off any picture', async () => {
    const photo = await call('judge', { target: { ...target, data: source.labels.data }, picture: source.photo });
    assert.ok(
      photo.ceiling > 0.8 && photo.meanIoU > 0.8 && photo.accuracy > 0.9,
      JSON.stringify({ ...photo, data: null }),
    );
    const against = await call('judge', { target, picture: source.photo });
    assert.ok(against.meanIoU < photo.meanIoU - 0.1, 'the photograph does not follow the target');
    assert.is(against.data.length, width * height);
  });

  test('a saved run goes on in another page with the same bits, over a lost device', async () => {
    const page = await browser.context.newPage();
    const other = { ...browser, page };
    await openPage(other);
    const { kept } = await call('open', {}, other);
    assert.is(kept?.iteration, settings.iterations, 'the run kept for a reload');
    const info = await call('openRun', { name: half.name, bytes: half.bytes }, other);
    assert.is(info.status.state, 'paused');
    assert.is(await stored(other), info.status.iteration, 'an opened run is kept, too');
    assert.equal(
      [info.settings.size, info.targets[0].name, info.source.classes.map((c) => c.name)],
      [settings.size, 'slope', ['sky', 'ground']],
    );
    await call('loseDevice', {}, other);
    await page.waitForFunction(() => self.semia.events.some((e) => e.name === 'lost'));
    assert.is((await failing('resume', {}, other)).kind, 'lost');
    assert.is((await events('lost', other))[0].iteration, await stored(other));
    await call('renameTarget', { from: 'slope', to: 'hillside' }, other); // without a device, too
    await call('renameTarget', { from: 'hillside', to: 'slope' }, other);
    await call('open', {}, other);
    await call('resume', {}, other);
    await reach(settings.iterations, other);
    await call('pause', {}, other);
    assert.equal(await early(other), []);
    const again = await call('save', {}, other);
    assert.ok(
      equalBytes(weightsIn(again.bytes), weightsIn(whole.bytes)),
      'interrupted and uninterrupted: the same bits',
    );
    await page.close();
  });

  test('a reload finds the run again', async () => {
    await openPage(browser);
    const { kept } = await call('open', {});
    assert.equal([kept?.name, kept?.iteration], ['hill', settings.iterations]);
    const info = await call('restore', {});
    assert.is(info.status.state, 'finished');
    assert.ok(
      equalBytes((await call('render', { target: info.targets[0], raw: true })).picture.data, drawn.picture.data),
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
    const info = await call('openRun', { name: 'beach.zip', bytes: zip });
    assert.equal([info.name, info.status.state, info.status.iteration], ['beach', 'finished', settings.iterations]);
    assert.is(info.losses.at(-1)?.iteration, settings.iterations);
    // Two drivers: the same weights give the same picture but for rounding.
    const [here, there] = [
      (await call('render', { target: info.targets[0], raw: true })).picture,
      decodeRgbPng(readFileSync(png), png),
    ];
    assert.equal([here.width, here.height], [there.width, there.height]);
    const largest = here.data.reduce((n, v, i) => Math.max(n, Math.abs(v - there.data[i])), 0);
    assert.ok(largest <= 2, `the command line's picture differs by ${largest} of 255`);
    const exported = await call('exportPng', { target: info.targets[0], raw: true });
    const texts = readText(exported.bytes, exported.name);
    assert.equal(JSON.parse(texts.semia).iteration, settings.iterations);
    assert.ok(equalBytes(decodeRgbPng(exported.bytes, 'exported').data, here.data));
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

  test('works offline after the first load', async () => {
    await browser.page.evaluate(() => self.semia.keepOffline());
    await browser.context.setOffline(true);
    await site.stop();
    await openPage(browser);
    const report = await call('open', {});
    assert.ok(report.device.software && report.kept);
  });

  test('a browser without WebGPU is told so', async () => {
    const here = await servePage({ base });
    const bare = await openBrowser({ webgpu: false });
    try {
      await bare.page.goto(here.url);
      await bare.page.waitForFunction(() => 'semia' in globalThis);
      assert.match((await failing('open', {}, bare)).kind, /^no-(webgpu|adapter)$/);
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
