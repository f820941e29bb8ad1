/** The static server of the page: what it serves, and what it refuses. No browser is needed. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { encodeRgbPng, decodeRgbPng } from '../../src/data/formats/rgbPng.ts';
import { readerOf, unzipRun, zipRun } from '../../src/model/run/runZip.ts';
import { findBrowser } from '../../setup/browser.mjs';
import { decodeImage } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { serve } from '../../src/node/serve.ts';
import { folder, run, start, until } from '../support/child.ts';
import { paint, photo, smallRun } from '../support/runs.ts';

const site = join(folder, 'site');
mkdirSync(join(site, 'assets'), { recursive: true });
writeFileSync(join(site, 'index.html'), '<!doctype html><title>page</title>');
writeFileSync(join(site, 'assets/page-1234.js'), 'export {}');
writeFileSync(join(folder, 'secret.txt'), 'secret');

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}
const ask = (
  url: string,
  { path, method = 'GET', host }: { path?: string; method?: string; host?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    const r = request({ hostname, port, path: path ?? pathname, method, headers: host ? { host } : {} }, (answer) => {
      let body = '';
      answer
        .setEncoding('utf8')
        .on('data', (t) => {
          body += t;
        })
        .on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }));
    });
    r.on('error', reject).end();
  });

test('the page and its parts, with their types; nothing else', async () => {
  const { url, server } = await serve({
    folder: site,
    port: 0,
    base: '/sub/path/',
    extra: { 'run.zip': async () => Uint8Array.of(80, 75) },
  });
  try {
    const page = await ask(url);
    assert.is(page.status, 200);
    assert.match(page.headers['content-type']!, /^text\/html/);
    assert.is(page.headers['x-content-type-options'], 'nosniff');
    assert.is(page.headers['cache-control'], 'no-cache');
    const script = await ask(url, { path: '/sub/path/assets/page-1234.js' });
    assert.match(script.headers['content-type']!, /^text\/javascript/);
    assert.match(script.headers['cache-control']!, /immutable/);
    assert.is((await ask(url, { path: '/sub/path/run.zip' })).headers['content-type'], 'application/zip');
    assert.is((await ask(url, { path: '/sub/path' })).headers.location, '/sub/path/');
    assert.is((await ask(url, { method: 'HEAD' })).body, '');
    for (const path of [
      '/',
      '/index.html',
      '/sub/path/../../secret.txt',
      '/sub/path/..%2f..%2fsecret.txt',
      '/sub/path/%2e%2e/secret.txt',
      '/sub/path/assets/../../../secret.txt',
      '/sub/path/assets\\..\\..\\secret.txt',
      '/sub/path/nothing',
      '//secret.txt',
      '/run.zip',
    ]) {
      const { status, body } = await ask(url, { path });
      assert.ok(status === 404 && !body.includes('secret'), `${path}: ${status} ${body}`);
    }
    assert.is((await ask(url, { method: 'POST' })).status, 405);
    assert.is((await ask(url, { host: 'evil.example' })).status, 421, 'a foreign name for this machine');
  } finally {
    server.close();
  }
});

test('only this machine is listened to', async () => {
  const { url, server } = await serve({ folder: site, port: 0 });
  try {
    const address = server.address();
    assert.is(typeof address === 'object' && address?.address, '127.0.0.1');
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: Number(new URL(url).port) }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    assert.not.ok(answered);
  } finally {
    server.close();
  }
});

test('a run travels in a zip and back', async () => {
  const path = join(folder, 'beach');
  const folderRun = await smallRun(path);
  const saved = await folderRun.saved();
  const bytes = zipRun(saved);
  assert.equal(bytes, zipRun(saved), 'the same run, the same bytes');
  const back = unzipRun(bytes, 'beach.zip');
  assert.equal([back.name, back.record], ['beach', folderRun.record]);
  const [one, two] = [await readerOf(back).source(), await folderRun.source()];
  assert.equal([one.photo.data, one.labels], [Uint8Array.from(two.photo.data), two.labels]);
  const changed = Uint8Array.from(bytes);
  const at = Buffer.from(changed).indexOf('weights-000000.safetensors') + 60;
  changed[at] ^= 1;
  let message = '';
  try {
    unzipRun(changed, 'beach.zip');
  } catch (e) {
    message = (e as Error).message;
  }
  assert.match(message, /beach\.zip: the zip archive is damaged/);
});

test("PNG files of runs: the page's coder and the command line's agree", async () => {
  for (const picture of [photo(37, 21), paint(5, 9, (x, y) => [x * 50, y * 20, 7, 255 - x * 9])]) {
    const mine = encodeRgbPng(picture);
    assert.equal(Uint8Array.from((await decodeImage(mine, 'mine')).data), picture.data);
    assert.equal(decodeRgbPng(encodePng(picture), 'theirs').data, picture.data);
    assert.equal(encodeRgbPng(picture), mine);
    for (const broken of [
      mine.subarray(0, mine.length >> 1),
      mine.map((v, i) => (i === mine.length - 20 ? v ^ 255 : v)),
    ])
      assert.throws(() => decodeRgbPng(broken, 'x.png'), /x\.png: the PNG file is/);
  }
});

test('semia serve: the page, the run, a port that is taken', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const taken = await run(['serve', '--port', String(port)]);
  other.close();
  assert.is(taken.code, 2);
  assert.match(
    taken.stderr,
    new RegExp(`^semia: port ${port} is taken by another program: give another with --port\n$`),
  );
  const serving = start(['serve', join(folder, 'beach'), '--port', '0']);
  await until(() => serving.stdout().includes('Ctrl-C'), 'semia serve');
  const url = serving.stdout().split('\n')[0];
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/\?run=beach\.zip$/);
  const page = await ask(url);
  assert.match(page.body, /Content-Security-Policy/);
  for (const [, file] of page.body.matchAll(/(?:src|href)="(assets\/[^"]+)"/g))
    assert.is((await ask(url, { path: `/${file}` })).status, 200);
  assert.is((await ask(url, { path: '/beach.zip' })).status, 200);
  serving.child.kill('SIGINT');
  assert.is((await serving.done).code, 0);
});

test('which browser the page is tested in', () => {
  const found = (env: Record<string, string>, there: string[]): string | null =>
    findBrowser(
      env,
      (n: string) => there.find((p) => p.endsWith(`/${n}`)) ?? null,
      (p: string) => there.includes(p),
    );
  assert.is(found({ CHROMIUM: '/opt/c' }, ['/opt/c', '/usr/bin/chromium']), '/opt/c');
  assert.is(found({ CHROMIUM: '/opt/gone' }, ['/usr/bin/chromium']), null, 'a wrong CHROMIUM is not replaced silently');
  assert.is(found({}, ['/snap/bin/google-chrome']), '/snap/bin/google-chrome');
  assert.is(found({}, []), null);
});

test.run();
