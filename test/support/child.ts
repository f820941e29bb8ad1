/** The command line as users run it: as a process of its own, seen by its exit code, its output and what it writes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { cpuFromNow } from '../../scripts/test/processor.mjs';

export const cli = resolve(process.env.SEMIA_CLI ?? 'dist/node/cli.js');

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
}
export interface Running {
  child: ChildProcess;
  done: Promise<Outcome>;
  stdout: () => string;
}

/** Asserts success, and nothing on stderr. */
export function good(outcome: Outcome): Outcome {
  assert.is(outcome.stderr, '', 'nothing on stderr');
  assert.is(outcome.code, 0, outcome.stdout);
  return outcome;
}

/** Starts the command line. `env` is added to this process's. */
export function start(args: readonly string[], { cwd = folder, env = {} as Record<string, string> } = {}): Running {
  const began = performance.now();
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { ...process.env, SEMIA_DEBUG: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '',
    stderr = '';
  child.stdout.setEncoding('utf8').on('data', (t) => {
    stdout += t;
  });
  child.stderr.setEncoding('utf8').on('data', (t) => {
    stderr += t;
  });
  const cpu = cpuFromNow();
  const done = new Promise<Outcome>((done) =>
    child.on('close', (code, signal) => {
      if (process.env.SEMIA_TEST_TIMES) console.log(`\ncommand  ${cpu()} ms of processor time: ${args.join(' ')}`);
      done({ code, signal, stdout, stderr, ms: performance.now() - began });
    }),
  );
  return { child, done, stdout: () => stdout };
}

export const run = (args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Outcome> =>
  start(args, options).done;

const inherited = process.env.SEMIA_TEST_FOLDER;
/** A folder of this test file's own, gone when it ends; a test file that another runs as a child shares its. */
export const folder = inherited ?? mkdtempSync(join(tmpdir(), 'semia-test-'));
if (!inherited) process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

export const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Everything under a folder: paths with sizes, and when they changed. */
export function listing(dir: string): string {
  const names = readdirSync(dir, { recursive: true }) as string[];
  return names
    .sort()
    .map((n) => {
      const s = statSync(join(dir, n), { throwIfNoEntry: false });
      return `${n} ${s?.isDirectory() ? 'dir' : `${s?.size} ${s?.mtimeMs}`}`;
    })
    .join('\n');
}

/** Polls until `ready` holds. */
export async function until(ready: () => boolean, what: string, seconds = 120): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!ready()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((r) => setTimeout(r, 20));
  }
}

/**
 * Any moment of a process that writes files: waits for a random number of changes in a folder, or for the end of the
 * process.
 */
export async function anyChange(dir: string, end: Promise<unknown>): Promise<void> {
  let left = Math.floor(20 * Math.random());
  const watcher = watch(dir);
  const enough = new Promise<void>((resolve) => {
    if (left <= 0) resolve();
    watcher.on('change', () => {
      if (--left <= 0) resolve();
    });
  });
  await Promise.race([enough, end]);
  watcher.close();
}
