// The page as a folder for any static host, under any path: index.html, hashed assets, and a service worker that keeps
// all of it for offline use. Every address in it is relative; the policy in index.html allows nothing from elsewhere.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { wgslPlugin } from './wgsl-plugin.mjs';

/** What the page may load, and from where: itself only. `blob:` and `data:` images are the visitor's own pictures. */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const pageEntry = 'src/web/page/main.ts';
const headMark = '<!-- build: policy, style and script -->';
const versionOf = (root) => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/**
 * Builds into `outdir`, which is emptied first. page: the page's script, whose folder has index.html with the mark for
 * what the build adds, and public/ with files to be copied as they are. Resolves to the files' names.
 */
export async function buildWeb({ root, outdir, page = pageEntry, sourcemap = false }) {
  rmSync(outdir, { recursive: true, force: true });
  const assets = join(outdir, 'assets');
  const bundle = async (name, entry, define = {}, options = {}) => {
    const { metafile } = await build({
      absWorkingDir: root,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
      plugins: [wgslPlugin(join(root, 'src/shaders'), { minify: true })],
      sourcemap: sourcemap ? 'linked' : false,
      metafile: true,
      entryPoints: { [name]: join(root, entry) },
      entryNames: '[name]-[hash]',
      outdir: assets,
      define: {
        SEMIA_VERSION: JSON.stringify(versionOf(root)),
        ...Object.fromEntries(Object.entries(define).map(([k, v]) => [k, JSON.stringify(v)])),
      },
      ...options,
    });
    return Object.keys(metafile.outputs)
      .map((f) => basename(f))
      .filter((f) => !f.endsWith('.map'));
  };
  const [worker] = await bundle('worker', 'src/web/worker/main.ts');
  // A page of tests has no second worker of its own.
  const [assetsWorker] = page === pageEntry ? await bundle('assets', 'src/web/assetsWorker/main.ts') : [''];
  const parts = await bundle('page', page, { WORKER_FILE: worker, ASSETS_WORKER_FILE: assetsWorker });
  const script = parts.find((f) => f.endsWith('.js'));
  const style = parts.find((f) => f.endsWith('.css'));

  const html = readFileSync(join(root, page, '../index.html'), 'utf8');
  if (!html.includes(headMark)) throw new Error(`index.html beside ${page} lacks the line ${headMark}`);
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    ...(style ? [`<link rel="stylesheet" href="assets/${style}">`] : []),
    `<script type="module" src="assets/${script}"></script>`,
  ].join('\n');
  mkdirSync(outdir, { recursive: true });
  writeFileSync(
    join(outdir, 'index.html'),
    html.replace(headMark, () => head),
  );
  const publicDir = join(root, page, '../public');
  if (existsSync(publicDir))
    for (const f of readdirSync(publicDir)) writeFileSync(join(outdir, f), readFileSync(join(publicDir, f)));

  const files = readdirSync(outdir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && !f.name.endsWith('.map'))
    .map((f) =>
      join(f.parentPath, f.name)
        .slice(outdir.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  const version = createHash('sha256');
  for (const f of files) version.update(f).update(readFileSync(join(outdir, f)));
  const offline = { SEMIA_FILES: files, SEMIA_BUILD: version.digest('hex').slice(0, 12) };
  await bundle('offline', 'src/web/serviceWorker.ts', offline, { format: 'iife', outdir, entryNames: '[name]' });
  return [...files, 'offline.js'];
}
