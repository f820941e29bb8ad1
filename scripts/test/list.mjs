// The ids of all cases, without running one: every built test file is imported in this one process, so what they share
// is loaded once. Prints a JSON array of { file, path, name } as its last line.
//   node scripts/test/list.mjs FOLDER FILE...       files relative to the folder, as dist/test/FILE.test.js
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const found = [];
const listing = (globalThis.semiaTestListing = {
  file: '',
  add: (path, name) => found.push({ file: listing.file, path, name }),
});
for (const file of files) {
  listing.file = file;
  await import(pathToFileURL(join(resolve(folder), `${file}.test.js`)).href);
}
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
