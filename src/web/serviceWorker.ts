/**
 * Caches the whole page, so that it works offline after the first load. A new build is cached beside the old one and
 * takes over once no tab shows the old one: a page never gets parts of two builds.
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
// One host may serve several copies of the page: each cache belongs to its own path.
const prefix = `semia ${new URL(home).pathname} `;
const cacheName = prefix + SEMIA_BUILD;
const cachedUrls = new Set(SEMIA_FILES.map((file) => new URL(file, home).href));

scope.addEventListener('install', (event) =>
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll([...cachedUrls].map((url) => new Request(url, { cache: 'no-cache' })))),
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
  if (event.request.method !== 'GET' || !cachedUrls.has(file)) return; // such as a run that the server offers
  event.respondWith(
    caches
      .open(cacheName)
      .then((cache) => cache.match(file))
      .then((found) => found ?? fetch(event.request)),
  );
});
