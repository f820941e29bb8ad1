/**
 * The command line inside this process: what main.ts calls, with its output taken. Cheaper than a process of its own by
 * a second for a command without a device, and by the compilation of all kernels for one with: all command lines of a
 * test file share its device and its pipelines. For what is not about processes: signals, locks, kills. One at a time.
 */
import { Session } from '../../src/autograd/session.ts';
import { main } from '../../src/cli/program.ts';
import { takeSessionsFrom } from '../../src/cli/session.ts';
import { openNodeDevice } from '../../src/node/gpu.ts';
import { cli, folder, type Outcome } from './child.ts';
import { testSession } from './device.ts';

type Write = typeof process.stdout.write;

/** Of the command that runs: their memory is released when it ends, as its process would. */
const sessions: Session[] = [];
let shared = testSession;
takeSessionsFrom(async (options) => {
  if ((await shared()).device.failure) {
    const other = new Session(await openNodeDevice());
    shared = async () => other;
  }
  const { device, pipelines } = await shared();
  const session = new Session(device, pipelines, options);
  sessions.push(session);
  return session;
});

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As `run` of child.ts: exit code, output, duration. Relative paths count from `cwd`. */
export async function runInProcess(args: readonly string[], { cwd = folder } = {}): Promise<Outcome> {
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
  const handlers = signals.map((signal) => [signal, process.listeners(signal)] as const);
  process.chdir(cwd);
  // What commands repeat themselves by, and how they start a child.
  const { argv } = process;
  process.argv = [process.execPath, cli, ...args];
  try {
    const code = await main([...args]);
    return { code, signal: null, ...taken, ms: performance.now() - start };
  } finally {
    process.chdir(before);
    process.argv = argv;
    for (const [i, s] of streams.entries()) {
      process[s].write = writes[i];
      // Of main, on every call: Node warns of a leak after the tenth.
      for (const listener of process[s].listeners('error')) process[s].off('error', listener as () => void);
    }
    for (const [signal, before] of handlers)
      for (const handler of process.listeners(signal)) if (!before.includes(handler)) process.off(signal, handler);
    for (const session of sessions.splice(0)) session.memory.destroy();
    // A command may leave its exit code in the process: it is the case's, not this file's.
    process.exitCode = 0;
  }
}
