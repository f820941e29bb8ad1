/**
 * uvu's `test`, with what it lacks: cases chosen by path and name, ids that a failure prints and a command line takes,
 * a list without a run. What to choose comes from scripts/test/test.mjs in SEMIA_TEST_SELECTION.
 */
import { suite as uvuSuite } from 'uvu';
import { choosesCase, idOf, type Selection } from '../../scripts/test/select.mjs';

type Body = () => Promise<void> | void;
interface Hook {
  (body: Body): void;
  each(body: Body): void;
}
export interface Suite {
  (name: string, body: Body): void;
  /** Counted, not run. */
  skip(name?: string, body?: Body): void;
  before: Hook;
  after: Hook;
  /** Runs the chosen cases, after those of suites that asked before. */
  run(): void;
}

/** Set by scripts/test/list.mjs, which imports one test file after another: the file's path, and who takes its ids. */
interface Listing {
  file: string;
  add(path: string, name: string): void;
}
const listing = (globalThis as { semiaTestListing?: Listing }).semiaTestListing;
const selection = JSON.parse(process.env.SEMIA_TEST_SELECTION || '{"ids":[],"paths":[],"names":[]}') as Selection;
const withTimes = Boolean(process.env.SEMIA_TEST_TIMES);
/** Of the tier for every commit: a file with many cases of a kind takes one of each. */
export const quick = Boolean(process.env.SEMIA_TEST_QUICK);

/** `ops/conv-variants` for dist/test/ops/conv-variants.test.js. */
const thisFile = (): string =>
  listing?.file ??
  (process.argv[1] ?? '')
    .replaceAll('\\', '/')
    .replace(/^.*\/dist\/test\//, '')
    .replace(/\.test\.js$/, '');

/** Prints a failure's id, and with SEMIA_TEST_TIMES each case's duration, for scripts/test/results.mjs to find. */
const watched = (id: string, body: Body) => async (): Promise<void> => {
  const start = performance.now();
  try {
    await body();
  } catch (error) {
    process.stdout.write(`\nFAIL  ${id}\n`);
    throw error;
  } finally {
    if (withTimes) process.stdout.write(`\ntime  ${(performance.now() - start).toFixed(0)} ms  ${id}\n`);
  }
};

/** A suite of a path of its own (`ops/conv2d`); without, the path is the file's. */
export function suite(path?: string): Suite {
  let cases: { name: string; body: Body | null }[] = [];
  let hooks: ((to: ReturnType<typeof uvuSuite>) => void)[] = [];
  const hook = (key: 'before' | 'after'): Hook =>
    Object.assign((body: Body) => void hooks.push((to) => to[key](body)), {
      each: (body: Body) => void hooks.push((to) => to[key].each(body)),
    });
  const run = (): void => {
    const file = thisFile();
    const place = path ?? file;
    const chosen = cases.filter(({ name }) => choosesCase(selection, file, place, name));
    if (listing) for (const { name } of cases) listing.add(place, name);
    else {
      const made = uvuSuite(path ?? '');
      // Hooks open devices and browsers: not for a file of which no case is chosen.
      if (chosen.some(({ body }) => body)) for (const add of hooks) add(made);
      for (const { name, body } of chosen) {
        if (body) made(name, watched(idOf(place, name), body));
        else made.skip(name);
      }
      made.run();
    }
    cases = [];
    hooks = [];
  };
  return Object.assign((name: string, body: Body) => void cases.push({ name, body }), {
    skip: (name = 'skipped') => void cases.push({ name, body: null }),
    before: hook('before'),
    after: hook('after'),
    run,
  });
}

/** The file's own suite. */
export const test = suite();
