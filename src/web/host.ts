/** What the page loads from its server: its two workers, the service worker, and a run to open. */
import { EngineClient } from './engineClient.ts';
import type { Bytes } from './wireTypes.ts';

/** File names beside this script, defined by the build. */
declare const WORKER_FILE: string;
declare const ASSETS_WORKER_FILE: string;

/** Starts the engine worker: everything that needs the device. */
export const startEngine = (): EngineClient =>
  new EngineClient(new Worker(new URL(WORKER_FILE, import.meta.url), { type: 'module' }));
/** Starts the assets worker: files, scenes and first layouts. */
export const startAssetsWorker = (): Worker =>
  new Worker(new URL(ASSETS_WORKER_FILE, import.meta.url), { type: 'module' });

/** Caches the page for offline use. Resolves to true when all of it is cached, to false where that is not possible. */
export async function cacheForOffline(): Promise<boolean> {
  try {
    await navigator.serviceWorker.register('offline.js');
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false;
  }
}

/**
 * The run that `semia serve RUN` offers as ?run=NAME.zip, loaded from the page's own folder; null without one. Throws
 * an Error if the server does not have it.
 */
export async function offeredRun(): Promise<{ name: string; bytes: Bytes } | null> {
  const name = new URLSearchParams(location.search).get('run');
  if (!name || !/^[\w-][\w.-]*\.zip$/.test(name)) return null;
  const response = await fetch(new URL(name, document.baseURI), { cache: 'no-store' });
  if (!response.ok) throw new Error(`${name}: the server does not have it (${response.status})`);
  return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
}
