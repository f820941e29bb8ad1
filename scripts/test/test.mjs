// npm test: prepares like npm start, checks the types, then runs every test file in a process of its own.
//   npm test -- [NAME ...] [--jobs N] [--timeout MINUTES]     NAME: part of a file's name; the type check is left out
//   then
import '../../setup/node-version.mjs';

const { spawn } = await import('node:child_process');
const { existsSync, readdirSync } = await import('node:fs');
const { join, relative } = await import('node:path');
const { parseArgs } = await import('node:util');
const { capture, entry, root, notify, SetupError } = await import('../../setup/process.mjs');
const { judge, lastLine, parseSummary, seconds, table } = await import('./results.mjs');

const folder = join(root, 'dist/test');
const graceMs = 5000; // after the summary: a device that is still held keeps Node alive

/** Ends a test file's process and what it has started. */
function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
const running = new Set();

/** Runs one file. Resolves to { name, passed, failed, skipped, trouble, note, output, ms }. */
function runFile(path, env, timeoutMinutes) {
  return new Promise((resolve) => {
    const start = performance.now();
    const end = { code: null, signal: null, timedOut: null, lingered: false };
    let output = '';
    let grace = null;
    const child = spawn(process.execPath, [path], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    running.add(child);
    const limit = setTimeout(() => {
      end.timedOut = `${timeoutMinutes} min`;
      kill(child);
    }, timeoutMinutes * 60_000);
    const take = (text) => {
      output += text;
      if (!grace && parseSummary(output))
        grace = setTimeout(() => {
          end.lingered = true;
          kill(child);
        }, graceMs);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
    // 'exit', not 'close': a grandchild may hold the pipes. A moment for what is still in them.
    child.on('exit', (code, signal) =>
      setTimeout(() => {
        clearTimeout(limit);
        clearTimeout(grace);
        running.delete(child);
        Object.assign(end, { code, signal });
        resolve({
          name: relative(folder, path).replace(/\.test\.js$/, ''),
          ...judge(output, end),
          output,
          ms: performance.now() - start,
        });
      }, 30),
    );
  });
}

/** The type check, as a row like a file's. */
async function typecheck() {
  const start = performance.now();
  const result = await capture(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root });
  const ok = result.code === 0;
  const counts = { passed: Number(ok), failed: Number(!ok), skipped: 0 };
  return { name: 'types (tsc -b)', ...counts, trouble: null, output: result.all, ms: performance.now() - start };
}

function show(row) {
  const counts = [`${row.passed} passed`, row.failed && `${row.failed} failed`, row.skipped && `${row.skipped} skipped`]
    .filter(Boolean)
    .join(', ');
  const note = row.note ? ` (${row.note})` : '';
  console.log(`${row.failed ? 'FAIL' : 'ok  '}  ${row.name.padEnd(28)} ${counts}, ${seconds(row.ms)}${note}`);
  if (!row.failed) return;
  if (row.trouble) console.log(`      ${row.name}: ${row.trouble}`);
  console.log(
    row.output
      .trimEnd()
      .split('\n')
      .slice(-200)
      .map((line) => `      ${line}`)
      .join('\n'),
  );
}

function options() {
  try {
    const number = (value) => ({ type: 'string', default: value });
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { jobs: number('1'), timeout: number('10') },
    });
    const jobs = Number(values.jobs);
    const timeout = Number(values.timeout);
    if (!Number.isInteger(jobs) || jobs < 1 || !(timeout > 0))
      throw new Error('--jobs and --timeout take numbers above 0');
    return { jobs, timeout, names: positionals };
  } catch (error) {
    throw new SetupError(`${error.message}\nusage: npm test -- [NAME ...] [--jobs N] [--timeout MINUTES]`, 2);
  }
}

const interrupted = (signal) => {
  running.forEach(kill);
  process.exit(signal === 'SIGINT' ? 130 : 143);
};

/** Prepares and runs; fills `rows`. */
async function run(rows, { jobs, timeout, names }) {
  const { prepare } = await import('../../setup/prepare.mjs');
  const { withExtra } = await import('../../setup/environment.mjs');
  const { env: extra } = await prepare({ tests: true });
  const env = { ...withExtra(extra), SEMIA_TEST: '1' };
  const wanted = (f) => f.endsWith('.test.js') && (!names.length || names.some((name) => f.includes(name)));
  const files = (existsSync(folder) ? readdirSync(folder, { recursive: true }) : []).filter(wanted).sort();
  if (!files.length)
    throw new SetupError(names.length ? `no test file's name holds ${names.join(' or ')}` : 'there are no test files');
  if (files.some((f) => f.startsWith('web'))) {
    const { ensureBrowser } = await import('../../setup/browser.mjs');
    const browser = await ensureBrowser();
    if (browser) env.CHROMIUM = browser;
    else notify('no Chromium here, so the tests of the page are skipped: install one, or name it in CHROMIUM');
  }
  const done = (row) => {
    rows.push(row);
    show(row);
  };
  if (names.length) notify('some files only: the types are not checked');
  else done(await typecheck());
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupted);
  const worker = async () => {
    for (let f = files.shift(); f; f = files.shift()) done(await runFile(join(folder, f), env, timeout));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

await entry(async () => {
  const chosen = options();
  const rows = [];
  const start = performance.now();
  try {
    await run(rows, chosen);
  } catch (error) {
    // what keeps the tests from running is a failure too, and the last line must say so
    notify(error instanceof SetupError ? error.message : String(error.stack ?? error));
    rows.push({ name: 'preparation', passed: 0, failed: 1, skipped: 0, ms: performance.now() - start });
  }
  const cells = rows.map((row) => [row.name, row.passed, row.failed, row.skipped, seconds(row.ms)]);
  console.log(`\n${table([['file', 'passed', 'failed', 'skipped', 'time'], ...cells])}`);
  console.log(`in all ${seconds(performance.now() - start)}\n${lastLine(rows)}`);
  return rows.some((row) => row.failed) ? 1 : 0;
});
