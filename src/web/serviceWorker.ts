/**
 * Keeps the whole page in the browser's cache, so that it works offline after the first load. A new build is fetched
 * beside
 * the old one and takes over when no tab shows the old one any more: a page never gets parts of two builds.
 */
declare const SEMIA_FILES: readonly string[];
declare const SEMIA_BUILD: string;

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchLike extends Extendable {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceScope {
  registration: { scope: string };
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchLike) => void): void;
}
const scope = self as unknown as ServiceScope;

const home = scope.registration.scope;
// Several copies of the page may lie under one host: each cache belongs to its own path.
const prefix = `semia ${new URL(home).pathname} `;
const cacheName = prefix + SEMIA_BUILD;
const kept = new Set(SEMIA_FILES.map((file) => new URL(file, home).href));

scope.addEventListener('install', (event) =>
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll([...kept].map((url) => new Request(url, { cache: 'no-cache' })))),
  ),
);

scope.addEventListener('activate', (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((n) => n.startsWith(prefix) && n !== cacheName).map((n) => caches.delete(n))),
      ),
  ),
);

scope.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  url.search = url.hash = '';
  const file = url.href === home ? new URL('index.html', home).href : url.href;
  if (event.request.method !== 'GET' || !kept.has(file)) return; // a run that a server hands over, say
  event.respondWith(
    caches
      .open(cacheName)
      .then((cache) => cache.match(file))
      .then((found) => found ?? fetch(event.request)),
  );
});
