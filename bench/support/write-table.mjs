// npm run bench:table: writes the table of measurements in docs/experiments/speed/other-libraries.md from the records
// in bench/records, between its two markers.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { between, tableOf } from './table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'bench/records');
const page = join(root, 'docs/experiments/speed/other-libraries.md');
try {
  const files = readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .sort();
  const records = Object.fromEntries(files.map((f) => [f, JSON.parse(readFileSync(join(folder, f), 'utf8'))]));
  writeFileSync(`${page}.tmp`, between(readFileSync(page, 'utf8'), tableOf(records)));
  renameSync(`${page}.tmp`, page);
} catch (error) {
  console.error(`bench:table: ${error.message}`);
  process.exit(2);
}
