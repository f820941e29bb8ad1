/**
 * The command line inside this process: what main.ts calls, with its output taken. A start-up cheaper than a process's
 * by a second; for command lines that end before they open a device. One at a time.
 */
import { main } from '../../src/cli/program.ts';
import { folder, type Outcome } from './child.ts';

type Write = typeof process.stdout.write;

/** As `run` of child.ts: exit code, output, duration. Relative paths count from `cwd`. */
export async function runInProcess(args: readonly string[], cwd = folder): Promise<Outcome> {
  const start = performance.now();
  const before = process.cwd();
  const taken = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const writes = streams.map((s) => process[s].write);
  for (const s of streams)
    process[s].write = ((text: string | Uint8Array) => {
      taken[s] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    }) as Write;
  process.chdir(cwd);
  try {
    const code = await main([...args]);
    return { code, signal: null, ...taken, ms: performance.now() - start };
  } finally {
    process.chdir(before);
    for (const [i, s] of streams.entries()) {
      process[s].write = writes[i];
      // Of main, on every call: Node warns of a leak after the tenth.
      for (const listener of process[s].listeners('error')) process[s].off('error', listener as () => void);
    }
    // A command may leave its exit code in the process: it is the case's, not this file's.
    process.exitCode = 0;
  }
}
