/**
 * A headless Chromium for tests of the page: WebGPU on SwiftShader, a profile of its own, and a record of every request
 * that
 * left for another host. Which Chromium: CHROMIUM, which scripts/test/test.mjs sets.
 */
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWeb } from '../../scripts/build/web-build.mjs';
import { serve, type Serving } from '../../src/node/serve.ts';
import { root } from './root.ts';

export { root };

/** The browser to test in, or why there is none: said once. */
export const browserPath = process.env.CHROMIUM || null;
if (!browserPath)
  console.log('skipped: no Chromium was found (set CHROMIUM to its path, or install the package chromium)');

const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu-shader-disk-cache',
];

export interface Browser {
  context: BrowserContext;
  page: Page;
  /** Addresses asked for outside `origin`. */
  foreign: string[];
  /** Errors in the page and its console. */
  errors: string[];
  close(): Promise<void>;
}

/** A fresh profile with one page. `webgpu: false`: a browser without WebGPU. */
export async function openBrowser({ webgpu = true } = {}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'semia-chromium-'));
  const args = webgpu
    ? flags
    : [...flags.filter((f) => !/webgpu/.test(f)), '--disable-features=WebGPU', '--disable-blink-features=WebGPU'];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath!,
    headless: true,
    args,
  });
  const [foreign, errors]: string[][] = [[], []];
  // Everything that is not this machine's is stopped and remembered: page, workers and the service worker alike.
  await context.route(
    (url) => url.hostname !== '127.0.0.1' && !/^(blob|data|file):$/.test(url.protocol),
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  const watch = (page: Page): void => {
    page.on('pageerror', (e) => errors.push(e.message));
    page.on('console', (m) => {
      if (m.type() === 'error') errors.push(m.text());
    });
  };
  const page = context.pages()[0] ?? (await context.newPage());
  context.on('page', watch);
  watch(page);
  const close = async (): Promise<void> => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, page, foreign, errors, close };
}

/**
 * Builds a page into a folder of its own and serves it. `page`: its script; the engine without an interface by default.
 */
export async function servePage({
  page = 'test/support/webpage/main.ts',
  base = '/',
  extra = {},
}: {
  page?: string;
  base?: string;
  extra?: Record<string, () => Promise<Uint8Array>>;
} = {}): Promise<Serving & { folder: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'semia-web-'));
  await buildWeb({ root, outdir: folder, page });
  const serving = await serve({ folder, port: 0, base, extra });
  const stop = (): Promise<void> =>
    new Promise((done) => {
      serving.server.closeAllConnections();
      serving.server.close(() => {
        rmSync(folder, { recursive: true, force: true });
        done();
      });
    });
  return { ...serving, folder, stop };
}
