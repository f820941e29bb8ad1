/** One trainer at a time in a run folder: two would remove each other's files. */
import { promises as fs, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { UserError } from '../../data/errors.ts';

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Takes the lock file for this process, and gives it back when the process ends or the returned function is called. */
export async function lock(path: string, what: string): Promise<() => void> {
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  for (let tries = 0; ; tries++) {
    try {
      await fs.writeFile(path, mine, { flag: 'wx' });
      break;
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new UserError(`${path}: cannot be written: ${(e as NodeJS.ErrnoException).code}`);
    }
    const text = await fs.readFile(path, 'utf8').catch(() => '');
    let owner: { pid?: number; host?: string } = {};
    try {
      owner = JSON.parse(text) as typeof owner;
    } catch {
      /* cut short by a kill */
    }
    const here = owner.host === undefined || owner.host === hostname();
    if (tries > 2 || !here || (owner.pid !== undefined && owner.pid !== process.pid && alive(owner.pid))) {
      throw new UserError(
        `${what}: is being trained by process ${owner.pid}${here ? '' : ` on ${owner.host}`}: wait for it; if ` +
          `it is gone, delete ${path}`,
      );
    }
    await fs.rm(path, { force: true }); // left by a process that was killed
  }
  const release = (): void => {
    process.off('exit', release);
    rmSync(path, { force: true });
  };
  process.on('exit', release);
  return release;
}
