// One job of a test run, a test file or a check, in a process of its own.
import { spawn } from 'node:child_process';
import { root } from '../../setup/process.mjs';
import { childrenCpuMs } from './processor.mjs';
import { countResults, parseSummary } from './results.mjs';

const graceMs = 5000; // after the summary: a device that is still held keeps Node alive
const drainMs = 30; // after the exit, for what is still in the pipes

/** Ends a job's process and what it has started. */
function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
const running = new Set();
export const killAll = () => running.forEach(kill);

let countedCpuMs = null;
/** Of the children that have ended since the last call: where two end at once, the first gets the time of both. */
function newCpuMs() {
  const now = childrenCpuMs();
  const cpuMs = now === null ? null : now - countedCpuMs;
  countedCpuMs = now;
  return cpuMs;
}

/** A check prints no summary: it is one case, by its exit code. */
const asOneCase = ({ code }) => ({
  passed: Number(code === 0),
  failed: Number(code !== 0),
  skipped: 0,
  trouble: null,
});

/**
 * job: { name, kind, args }, args for Node. Resolves to { name, passed, failed, skipped, trouble, note, output, ms,
 * cpuMs }.
 */
export function runJob({ name, kind, args }, env, timeoutMinutes) {
  return new Promise((resolve) => {
    const start = performance.now();
    const end = { code: null, signal: null, timedOut: null, lingered: false };
    let output = '';
    let grace = null;
    countedCpuMs ??= childrenCpuMs();
    const child = spawn(process.execPath, args, {
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
    // 'exit', not 'close': a grandchild may hold the pipes.
    child.on('exit', (code, signal) => {
      const [ms, cpuMs] = [performance.now() - start, newCpuMs()];
      clearTimeout(limit);
      clearTimeout(grace);
      running.delete(child);
      Object.assign(end, { code, signal });
      const counts = () => (kind === 'check' && !end.timedOut ? asOneCase(end) : countResults(output, end));
      setTimeout(() => resolve({ name, ...counts(), output, ms, cpuMs }), drainMs);
    });
  });
}
