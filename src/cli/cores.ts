/** How much of the processor other programs use meanwhile: a measured time is worth less beside their work. */
import { cpus } from 'node:os';

/** Mean number of busy cores: by this process, and by all others. Null where the system does not report it. */
export interface Cores {
  own: number;
  others: number;
}

/** Starts measuring; the returned function gives the mean since then. */
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
