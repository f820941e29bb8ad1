// npm run bench:quality [-- OPTIONS]: the built bench in a process that finds the driver npm start found here.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adapterEnvironment } from '../../setup/environment.mjs';

const bench = fileURLToPath(new URL('../../dist/bench/quality/quality.bench.js', import.meta.url));
const { status } = spawnSync(process.execPath, [bench, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: adapterEnvironment(),
});
process.exit(status ?? 1);
