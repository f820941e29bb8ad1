/** Whose the processor's cores are: what a time taken beside other programs' work is worth. */
import { cpus } from 'node:os';

/** Cores kept busy, in the mean: by this process, and by all others. Null where the system does not say. */
export interface Cores {
  own: number;
  others: number;
}

/** From now on: call the result for the mean until then. */
export function coresFromNow(): () => Cores | null {
  const busy = (): number => cpus().reduce((ms, { times: t }) => ms + t.user + t.nice + t.sys + t.irq, 0);
  const [began, before, own] = [performance.now(), busy(), process.cpuUsage()];
  return () => {
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(own);
    const all = (busy() - before) / ms;
    const mine = (user + system) / 1000 / ms;
    return ms > 0 && all > 0 ? { own: mine, others: Math.max(0, all - mine) } : null;
  };
}
