// What a test run consists of, in which order, and what may run beside what.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../setup/process.mjs';

export const built = join(root, 'dist/test');
const suffix = '.test.js';

/** Built test files: paths under dist/test without the suffix. */
export const builtFiles = () =>
  (existsSync(built) ? readdirSync(built, { recursive: true }) : [])
    .filter((f) => f.endsWith(suffix))
    .map((f) => f.slice(0, -suffix.length).replaceAll('\\', '/'))
    .sort();

/** Files with a browser share one, and its graphics process: they follow each other. */
const usesBrowser = (name) => {
  const source = join(root, 'test', `${name}.test.ts`);
  return existsSync(source) && readFileSync(source, 'utf8').includes('openBrowser(');
};

export const fileJob = (name) => ({
  name,
  kind: usesBrowser(name) ? 'browser' : 'file',
  args: [join(built, name + suffix)],
});

const biome = 'node_modules/@biomejs/biome/bin/biome';
export const checks = [
  { name: 'types (tsc -b)', args: ['node_modules/typescript/bin/tsc', '-b'] },
  { name: 'lint (biome lint)', args: [biome, 'lint', '--error-on-warnings', '--colors=off'] },
  { name: 'format (biome format)', args: [biome, 'format', '--colors=off'] },
].map((check) => ({ ...check, kind: 'check' }));

/**
 * The files of the tier for every commit: what is cheap and finds most. Of many cases of a kind they take one of each
 * (`quick` of test/support/suite.ts).
 */
const quickFiles = /^(engine|data|node|setup)\/|^web\/(paint|serve|worker)|^ops\/(ops|warp)$/;
const slowFiles = ['data/scenes']; // paints every picture of every scene
export const isQuick = (name) => quickFiles.test(name) && !slowFiles.includes(name);

const lastTimes = join(root, 'node_modules/.cache/semia-test/durations.json');
const givenTimes = join(root, 'scripts/test/durations.json');
const readTimes = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
};

/** Seconds of processor time that each file took when it last ran here, or else on the machine of durations.json. */
export const knownSeconds = () => ({ ...readTimes(givenTimes), ...readTimes(lastTimes) });

/** Keeps the times of rows whose file ran as a whole. A cache: nothing depends on it. */
export function keepSeconds(rows) {
  const times = readTimes(lastTimes);
  for (const { name, ms, cpuMs, failed } of rows) if (!failed) times[name] = Math.round((cpuMs ?? ms) / 100) / 10;
  try {
    mkdirSync(dirname(lastTimes), { recursive: true });
    writeFileSync(lastTimes, `${JSON.stringify(times, null, 2)}\n`);
  } catch {
    /* a read-only checkout */
  }
}

/**
 * Runs jobs, at most `count` at once. Longest first, so that none is left alone at the end; the files with a browser
 * are one row that is begun at once. `run` takes a job.
 */
export async function runJobs(jobs, count, seconds, run) {
  const unknown = 20; // s: a new file is likely to be neither the shortest nor the longest
  const longestFirst = (a, b) => (seconds[b.name] ?? unknown) - (seconds[a.name] ?? unknown);
  const left = [...jobs].sort(longestFirst);
  let inBrowser = 0;
  const next = () => {
    const isNext = (job) => (inBrowser ? job.kind !== 'browser' : true);
    const first = inBrowser ? -1 : left.findIndex((job) => job.kind === 'browser');
    const at = first >= 0 ? first : left.findIndex(isNext);
    return at < 0 ? null : left.splice(at, 1)[0];
  };
  const worker = async () => {
    for (let job = next(); job; job = next()) {
      const browser = job.kind === 'browser';
      if (browser) inBrowser++;
      await run(job);
      if (browser) inBrowser--;
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
}
