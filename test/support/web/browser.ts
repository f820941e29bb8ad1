/**
 * A headless Chromium for tests of the page, with a record of every request that left for another host. Which Chromium:
 * CHROMIUM; a running one that test files share: CHROMIUM_ENDPOINT. scripts/test/test.mjs sets both.
 */
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags } from '../../../scripts/test/browser-flags.mjs';
import { buildWeb } from '../../../scripts/build/web-build.mjs';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { root } from '../root.ts';

export { root };

/** The browser to test in, or why there is none: said once. */
export const browserPath = process.env.CHROMIUM || null;
if (!browserPath)
  console.log('skipped: no Chromium was found (set CHROMIUM to its path, or install the package chromium)');

export interface Browser {
  context: BrowserContext;
  page: Page;
  /** Addresses asked for outside `origin`. */
  foreign: string[];
  /** Errors in the page and its console. */
  errors: string[];
  close(): Promise<void>;
}

/** A context of the shared browser: as good as a profile of its own, gone with `close`. */
async function shareBrowser(endpoint: string): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const browser = await chromium.connectOverCDP(endpoint, { isLocal: true });
  const context = await browser.newContext();
  const close = async (): Promise<void> => {
    await context.close();
    await browser.close(); // only this connection to it
  };
  return { context, close };
}

/** A browser of its own, with a profile that `close` removes. */
async function startBrowser(webgpu: boolean): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'semia-chromium-'));
  const without = ['--disable-features=WebGPU', '--disable-blink-features=WebGPU'];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath!,
    headless: true,
    args: webgpu ? browserFlags : [...browserFlags.filter((f) => !/webgpu/.test(f)), ...without],
  });
  const close = async (): Promise<void> => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/** Nothing stored yet, and one page. `webgpu: false`: a browser without WebGPU, which is one of its own. */
export async function openBrowser({ webgpu = true } = {}): Promise<Browser> {
  const endpoint = process.env.CHROMIUM_ENDPOINT;
  const { context, close } = await (webgpu && endpoint ? shareBrowser(endpoint) : startBrowser(webgpu));
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
  return { context, page, foreign, errors, close };
}

/** Serves the page as it is built into dist/web. */
export const serveApp = (): Promise<Site> => serveFolder(join(root, 'dist/web'), {});

/**
 * Builds the page of test/support/web/page, the engine without an interface, into a folder of its own and serves it.
 */
export async function serveEnginePage(options: Placement = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'semia-web-'));
  await buildWeb({ root, outdir: folder, page: 'test/support/web/page/main.ts' });
  const site = await serveFolder(folder, options);
  const stop = async (): Promise<void> => {
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...site, stop };
}

export type Site = Serving & { folder: string; stop(): Promise<void> };
interface Placement {
  /** The path that all addresses begin with. */
  base?: string;
  /** Files that are made when asked for, by path. */
  extra?: Record<string, () => Promise<Uint8Array>>;
}
async function serveFolder(folder: string, { base = '/', extra = {} }: Placement): Promise<Site> {
  const serving = await serve({ folder, port: 0, base, extra });
  const stop = (): Promise<void> =>
    new Promise((done) => {
      serving.server.closeAllConnections();
      serving.server.close(() => done());
    });
  return { ...serving, folder, stop };
}
