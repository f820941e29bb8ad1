// npm run bench [-- NAME...] [--json [FILE]] [--peers] [--only TEXT]: runs the benchmarks one after the other, each in
// its own process.
//   --json    adds what was measured to FILE, or to a new file in bench/records
//   --only    only the sections whose title fits the regular expression TEXT
//   --peers   also times the other libraries that are here; installs the JavaScript ones into bench/peers first
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterEnvironment } from '../../setup/environment.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = join(root, 'dist/bench');
const known = readdirSync(dir)
  .filter((f) => f.endsWith('.bench.js'))
  .map((f) => f.replace('.bench.js', ''));
const wanted = [];
const pass = [];
const env = adapterEnvironment(); // the driver that npm start found here
for (let args = process.argv.slice(2), i = 0; i < args.length; i++) {
  if (args[i] === '--peers') pass.push('--peers');
  else if (args[i] === '--only' && args[i + 1]) pass.push('--only', args[++i]);
  else if (args[i] === '--json') {
    const given = args[i + 1] && !args[i + 1].startsWith('-') && !known.includes(args[i + 1]) ? args[++i] : null;
    const folder = join(root, 'bench/records');
    if (!given) mkdirSync(folder, { recursive: true });
    pass.push(
      '--json',
      given ? resolve(given) : join(folder, `${new Date().toISOString().slice(0, 16).replace(/:/g, '')}.json`),
    );
  } else if (known.includes(args[i])) wanted.push(args[i]);
  else {
    console.error(
      `bench: there is no benchmark ${args[i]}; there are ${known.join(', ')}, and --json [FILE], --peers, --only TEXT`,
    );
    process.exit(2);
  }
}
for (const name of wanted.length ? wanted : known) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [join(dir, `${name}.bench.js`), ...pass], { stdio: 'inherit', env });
  if (status) process.exit(status);
}
