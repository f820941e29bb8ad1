// Makes the API reference in docs/api from the docstrings of what the package exports. Usage: npm run docs
import { fileURLToPath } from 'node:url';
import { attached, entry, root } from '../../setup/process.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

await entry(() =>
  attached(
    process.execPath,
    [
      '--import',
      new URL('typescript-hook.mjs', import.meta.url).href,
      'node_modules/typedoc/bin/typedoc',
      '--options',
      here('typedoc.json'),
      ...process.argv.slice(2),
    ],
    { cwd: root },
  ),
);
