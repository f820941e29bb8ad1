// The license texts of the npm packages that the published bundles contain: their licenses ask for that.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folderOf = (input) => /^(?:inline:|text:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

/** `metafiles`: esbuild's, of the bundles. Packages are sorted by name. Throws where a package has no license file. */
export function licensesOf(root, metafiles) {
  const inputs = metafiles.flatMap((m) => Object.keys(m.inputs)).map((f) => f.replaceAll('\\', '/'));
  const folders = [...new Set(inputs.map(folderOf).filter(Boolean))].map((f) =>
    f.startsWith('/') ? f : join(root, f),
  );
  const texts = new Map();
  for (const folder of folders) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
    if (!file) throw new Error(`${name} has no license file, but is bundled: see scripts/build/licenses.mjs`);
    texts.set(`${name} ${version} (${license})`, readFileSync(join(folder, file), 'utf8').trim());
  }
  return [...texts.keys()]
    .sort()
    .map((title) => `${title}\n\n${texts.get(title)}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}
