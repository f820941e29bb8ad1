// npm run bench:table: writes the README's table of measurements from the records in bench/records, between its two
// markers.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { between, tableOf } from './table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'bench/records');
const readme = join(root, 'README.md');
try {
  const files = readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .sort();
  const records = Object.fromEntries(files.map((f) => [f, JSON.parse(readFileSync(join(folder, f), 'utf8'))]));
  writeFileSync(`${readme}.tmp`, between(readFileSync(readme, 'utf8'), tableOf(records)));
  renameSync(`${readme}.tmp`, readme);
} catch (error) {
  console.error(`bench:table: ${error.message}`);
  process.exit(2);
}
