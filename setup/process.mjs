// Child processes and messages for the setup scripts: Node built-ins only, since node_modules may be absent.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { accessSync, constants as fs, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder. Found by walking up, because this file may also be bundled into dist/node. */
export const root = (() => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json')) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
})();

export const notify = (text) => console.error(`semia: ${text}`); // stderr: stdout belongs to the command that follows

/** A failure with a message for people: printed without a stack. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs the body of an entry point: what it returns is the exit code, and a SetupError ends it in one message. */
export async function entry(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (error instanceof SetupError) notify(error.message);
    else console.error(error);
    process.exitCode = error.exitCode ?? 1;
  }
}

export function which(name) {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(dir, name), fs.X_OK);
      return join(dir, name);
    } catch {
      /* not here */
    }
  }
  return null;
}

// While something must be undone, an interrupt waits: the running child gets the signal, and the code that waits for it
// throws, so that its `finally` blocks run.
let holds = 0;
let interrupted = null;
let child = null;
function onSignal(signal) {
  interrupted = signal;
  try {
    child?.kill(signal);
  } catch {
    /* a child of another user (sudo) gets the terminal's own signal */
  }
}
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs `body`; an interrupt during it becomes a SetupError instead of ending the process at once. */
export async function holdingInterrupts(body) {
  if (holds++ === 0) for (const s of signals) process.on(s, onSignal);
  try {
    const value = await body();
    if (holds === 1) throwIfInterrupted();
    return value;
  } finally {
    if (--holds === 0) for (const s of signals) process.off(s, onSignal);
  }
}
function throwIfInterrupted() {
  if (!interrupted) return;
  const signal = interrupted;
  interrupted = null;
  throw new SetupError(`stopped by ${signal}`, 128 + constants.signals[signal]);
}

/** Runs a command and collects its output. Never throws for a failing command: ask `code` (null: it did not start). */
export function capture(command, args, options = {}) {
  return holdingInterrupts(async () => {
    throwIfInterrupted();
    const { timeout = 0, ...rest } = options;
    const result = await new Promise((resolve) => {
      let stdout = '';
      let all = '';
      child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL', ...rest });
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text;
        all += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        all += text;
      });
      child.on('error', (error) => resolve({ code: null, signal: null, stdout, all: String(error) }));
      child.on('close', (code, signal) => resolve({ code, signal, stdout, all }));
    });
    child = null;
    throwIfInterrupted();
    return result;
  });
}

/**
 * Runs a command on this terminal and resolves to its exit code. The terminal sends Ctrl-C to both; the child decides.
 */
export function attached(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const running = spawn(command, args, { stdio: 'inherit', ...options });
    const relay = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) running.kill(signal);
    };
    for (const s of signals) process.on(s, relay);
    const done = () => {
      for (const s of signals) process.off(s, relay);
    };
    running.on('error', (error) => {
      done();
      reject(error);
    });
    running.on('close', (code, signal) => {
      done();
      resolve(code ?? 128 + (constants.signals[signal] ?? 1));
    });
  });
}

export const lastLines = (text, count = 15) =>
  text
    .trimEnd()
    .split('\n')
    .slice(-count)
    .map((line) => `  ${line}`)
    .join('\n');
