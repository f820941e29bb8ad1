// npm run bench [-- NAME...]: runs the benchmarks one after the other, each in its own process.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dir = fileURLToPath(new URL('../dist/bench/', import.meta.url));
const wanted = process.argv.slice(2);
for (const file of readdirSync(dir).filter((f) => f.endsWith('.bench.js'))) {
  const name = file.replace('.bench.js', '');
  if (wanted.length && !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [dir + file], { stdio: 'inherit' });
  if (status) process.exit(status);
}
