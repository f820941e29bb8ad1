// esbuild plugin: `import script from './page.ts?inline'` gives the file, bundled for browsers and minified, as text:
// the script of a page that must stand alone in one file. `import style from 'package/file.css?text'` gives a file of
// an npm package as it is, as text.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

export const inlinePlugin = () => ({
  name: 'inline',
  setup(b) {
    b.onResolve({ filter: /\?text$/ }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path.replace(/\?text$/, '')),
      namespace: 'text',
    }));
    b.onLoad({ filter: /.*/, namespace: 'text' }, ({ path }) => ({
      contents: readFileSync(path),
      loader: 'text',
      watchFiles: [path],
    }));
    b.onResolve({ filter: /\?inline$/ }, ({ path, importer }) => ({
      path: resolve(dirname(importer), path.replace(/\?inline$/, '')),
      namespace: 'inline',
    }));
    b.onLoad({ filter: /.*/, namespace: 'inline' }, async ({ path }) => {
      const { outputFiles, metafile } = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        metafile: true,
        format: 'iife',
        platform: 'browser',
        target: 'es2022',
        minify: true,
        charset: 'utf8',
        legalComments: 'none',
        logLevel: 'silent',
      });
      return {
        contents: outputFiles[0].text,
        loader: 'text',
        watchFiles: Object.keys(metafile.inputs).map((f) => resolve(f)),
      };
    });
  },
});
