// Runs an example of examples/ with the adapter that setup/ found on this machine: npm run example -- engine-only
import '../setup/node-version.mjs';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { adapterEnvironment } from '../setup/environment.mjs';
import { prepareBuild } from '../setup/prepare.mjs';
import { attached, entry, root, SetupError } from '../setup/process.mjs';

await entry(async () => {
  const [name, ...rest] = process.argv.slice(2);
  const file = join(root, 'examples', `${name}.mjs`);
  if (!name || !existsSync(file)) {
    const names = readdirSync(join(root, 'examples')).filter((f) => f.endsWith('.mjs'));
    throw new SetupError(`npm run example -- NAME; there are ${names.map((f) => f.replace('.mjs', '')).join(', ')}`, 2);
  }
  await prepareBuild();
  return attached(process.execPath, [file, ...rest], { env: adapterEnvironment() });
});
