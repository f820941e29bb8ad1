/** What the page gets from where it is served: its worker, its copy for offline use, and a run to open. */
import { EngineClient } from './engineClient.ts';

/** The worker's file beside this script; the build's. */
declare const WORKER_FILE: string;
/** The second worker's: files, scenes and first layouts (page/assets). */
declare const ASSETS_WORKER_FILE: string;

export const startEngine = (): EngineClient =>
  new EngineClient(new Worker(new URL(WORKER_FILE, import.meta.url), { type: 'module' }));
export const startAssetsWorker = (): Worker =>
  new Worker(new URL(ASSETS_WORKER_FILE, import.meta.url), { type: 'module' });

/**
 * Keeps the page for offline use. Resolves once everything is in the cache; false where the browser does not do that.
 */
export async function keepOffline(): Promise<boolean> {
  try {
    await navigator.serviceWorker.register('offline.js');
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false;
  }
}

/**
 * The run that `semia serve RUN` hands over (?run=NAME.zip, beside the page and nowhere else); null without. Throws
 * Error.
 */
export async function offeredRun(): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | null> {
  const name = new URLSearchParams(location.search).get('run');
  if (!name || !/^[\w-][\w.-]*\.zip$/.test(name)) return null;
  const response = await fetch(new URL(name, document.baseURI), { cache: 'no-store' });
  if (!response.ok) throw new Error(`${name}: the server does not have it (${response.status})`);
  return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
}
