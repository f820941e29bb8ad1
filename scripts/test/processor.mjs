// Processor time of this process's ended children and of all that they have waited for, in milliseconds.
import { readFileSync } from 'node:fs';

const tickMs = 10; // USER_HZ is 100 on every Linux that Node runs on

/** Null where the system does not say (anything but Linux). */
export function childrenCpuMs() {
  try {
    // The second field, the program's name in parentheses, may hold spaces.
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) * tickMs;
  } catch {
    return null;
  }
}

/** From now on: call the result for the milliseconds since. */
export function cpuFromNow() {
  const before = childrenCpuMs();
  return () => (before === null ? null : childrenCpuMs() - before);
}
