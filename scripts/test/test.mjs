// npm test: prepares like npm start, then runs the checks (types, lint, format) and every test file in a process of its
// own, several side by side. Usage: options.mjs.
import '../../setup/node-version.mjs';

const { join } = await import('node:path');
const { capture, entry, root, notify, SetupError } = await import('../../setup/process.mjs');
const { childrenCpuMs, cpuFromNow } = await import('./processor.mjs');
const { built, builtFiles, checks, fileJob, isQuick, keepSeconds, knownSeconds, runJobs } = await import('./jobs.mjs');
const { readOptions } = await import('./options.mjs');
const { rowLines, summaryLines } = await import('./results.mjs');
const { killAll, runJob } = await import('./run-job.mjs');
const { idOf, isEmpty, select } = await import('./select.mjs');

/** All cases of these files: [{ file, path, name }]. */
async function listCases(files, env) {
  const { findBrowser } = await import('../../setup/browser.mjs');
  const result = await capture(process.execPath, [join(root, 'scripts/test/list.mjs'), built, ...files], {
    cwd: root,
    env: { ...env, CHROMIUM: findBrowser() ?? '' },
  });
  if (result.code !== 0) throw new SetupError(`the test files cannot be listed:\n${result.all}`);
  return JSON.parse(result.stdout.trimEnd().split('\n').at(-1));
}

/** The environment of all jobs: the adapter's, and what the cases are chosen by. */
function environment(base, { times, quick }, selection) {
  const env = { ...base };
  if (!isEmpty(selection)) env.SEMIA_TEST_SELECTION = JSON.stringify(selection);
  if (times) env.SEMIA_TEST_TIMES = '1';
  if (quick) env.SEMIA_TEST_QUICK = '1';
  return env;
}

/** Chromium for the files that need one: { env, close }. Without one their cases are skipped. */
async function browserFor(jobs) {
  const none = { env: {}, close: async () => {} };
  if (!jobs.some(({ kind }) => kind === 'browser')) return none;
  const { ensureBrowser } = await import('../../setup/browser.mjs');
  const path = await ensureBrowser();
  if (!path) {
    notify('no Chromium here, so the tests of the page are skipped: install one, or name it in CHROMIUM');
    return none;
  }
  const { launchBrowser } = await import('./browser.mjs');
  const { endpoint, close } = await launchBrowser(path);
  return { env: { CHROMIUM: path, CHROMIUM_ENDPOINT: endpoint }, close };
}

/** Builds and runs once; fills `rows`. */
async function runOnce(rows, options, adapterEnv) {
  const base = { ...adapterEnv, SEMIA_TEST: '1' };
  const { words, case: names, list, quick } = options;
  const among = builtFiles().filter((name) => !quick || isQuick(name));
  const { selection, files, cases } = await select(among, { words, names, all: list }, (f) => listCases(f, base));
  if (list) {
    for (const { path, name } of cases) console.log(idOf(path, name));
    return;
  }
  if (!files.length)
    throw new SetupError(
      isEmpty(selection) ? 'there are no test files' : `no case fits ${[...words, ...names].join(' ')}`,
    );
  const jobs = [...(isEmpty(selection) ? checks : []), ...files.map(fileJob)];
  const env = environment(base, options, selection);
  const browser = await browserFor(jobs);
  let done = 0;
  try {
    await runJobs(jobs, options.jobs, knownSeconds(), async (job) => {
      const row = await runJob(job, { ...env, ...browser.env }, options.timeout);
      rows.push(row);
      const [head, ...more] = rowLines(row);
      console.log([`${String(++done).padStart(3)}/${jobs.length}  ${head}`, ...more].join('\n'));
    });
    if (isEmpty(selection) && !quick) keepSeconds(rows);
  } finally {
    const cpu = cpuFromNow();
    await browser.close();
    if (browser.env.CHROMIUM)
      rows.push({ name: 'Chromium', passed: 0, failed: 0, skipped: 0, output: '', ms: 0, cpuMs: cpu() });
  }
}

async function run(options, adapterEnv) {
  const rows = [];
  const [start, cpuStart] = [performance.now(), childrenCpuMs()];
  try {
    await runOnce(rows, options, await adapterEnv());
  } catch (error) {
    // what keeps the tests from running is a failure too, and the last line must say so
    notify(error instanceof SetupError ? error.message : String(error.stack ?? error));
    rows.push({ name: 'preparation', passed: 0, failed: 1, skipped: 0, output: '', ms: performance.now() - start });
  }
  if (options.list && !rows.length) return 0;
  const cpuMs = cpuStart === null ? null : childrenCpuMs() - cpuStart;
  console.log(summaryLines(rows, { ms: performance.now() - start, cpuMs }).join('\n'));
  return rows.some((row) => row.failed) ? 1 : 0;
}

const interrupted = (signal) => {
  killAll();
  process.exit(signal === 'SIGINT' ? 130 : 143);
};

await entry(async () => {
  const options = readOptions();
  const { build, prepare } = await import('../../setup/prepare.mjs');
  const { withExtra } = await import('../../setup/environment.mjs');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupted);
  let env = null;
  /** Prepared the first time, only built anew after that. */
  const adapterEnv = async () => {
    if (env) await build({ tests: true });
    else env = withExtra((await prepare({ tests: true })).env);
    return env;
  };
  if (!options.watch) return run(options, adapterEnv);
  const { watching } = await import('./watch.mjs');
  return watching(() => run(options, adapterEnv));
});
