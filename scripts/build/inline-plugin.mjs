// esbuild plugin: `import script from './page.ts?inline'` gives the file, bundled for browsers and minified, as text:
// the script of a page that must stand alone in one file.
import { build } from 'esbuild';
import { dirname, resolve } from 'node:path';

export const inlinePlugin = () => ({
  name: 'inline',
  setup(b) {
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
