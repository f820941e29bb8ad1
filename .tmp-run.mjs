import { build } from 'esbuild';
const [f] = process.argv.slice(2);
await build({ entryPoints: [f], bundle: true, platform: 'node', packages: 'external', format: 'esm', outfile: 'dist/tmp/t.test.js', logLevel:'warning' });
await import('./dist/tmp/t.test.js');
