/**
 * Removes known warnings of Dawn from stderr. Dawn writes to file descriptor 2 when a driver allows more than Dawn's
 * own limits (lavapipe does), and when it finds no driver. None of its flags or toggles prevents that, and Node cannot
 * redirect a file descriptor of its own process. So commands that use a device run in a child process, whose stderr
 * passes through here without these lines.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const known: readonly RegExp[] = [
  /^Warning: max\w+PerPipelineLayout artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.$/,
  // the program's own message covers it
  /^Warning: vkCreateInstance(: Found no drivers!| failed with VK_ERROR_INCOMPATIBLE_DRIVER)$/,
  /^ {4}at CheckVkSuccessImpl \(.*VulkanError\.cpp:\d+\)$/,
];
const mark = 'SEMIA_QUIET_CHILD';
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether this process should hand its work to such a child: on Linux, unless SEMIA_NO_CHILD=1 is set. */
export const wantsChild = (): boolean =>
  process.platform === 'linux' && !process.env[mark] && !process.env.SEMIA_NO_CHILD;

/**
 * Runs this same command line in the child; resolves to its exit code. Signals are passed on to the child, which reacts
 * to them.
 */
export function runInChild(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
    env: { ...process.env, [mark]: '1' }, // ipc: lets the child notice that this process was killed
  });
  let rest = '';
  let dropped = false;
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      dropped = known.some((k) => k.test(line)) || (dropped && line === ''); // Dawn ends a trace with an empty line
      if (!dropped) process.stderr.write(`${line}\n`);
    }
  };
  child.stderr!.setEncoding('utf8').on('data', take);
  for (const s of signals) process.on(s, () => child.kill(s));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (rest) process.stderr.write(rest);
      resolve(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 1));
    });
  });
}

/** In the child: ends the process when the parent ends. A training replaces this by an orderly end (interrupt.ts). */
export function followParent(): void {
  if (process.env[mark]) process.on('disconnect', () => process.exit(128 + constants.signals.SIGTERM));
}
