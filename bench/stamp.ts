/** What every benchmark prints first: adapter, versions, load, and the ceilings measured in the same run. */
import { loadavg } from 'node:os';
import { copies, multiplyAdds } from '../src/cli/measure.ts';
import { Session } from '../src/autograd/tensor.ts';
import { openNodeDevice } from '../src/node/gpu.ts';

export interface Bench { session: Session; flops: number; bandwidth: number }

export async function openBench(): Promise<Bench> {
  const session = new Session(await openNodeDevice());
  const { info } = session.device;
  const bench = { session, flops: await multiplyAdds(session), bandwidth: await copies(session) };
  console.log(`${info.description || info.vendor}, subgroups of ${info.subgroupMax}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  console.log(`ceilings in this run: ${(bench.flops / 1e9).toFixed(1)} GFLOPS multiply-add, ${(bench.bandwidth / 1e9).toFixed(1)} GB/s copy`);
  return bench;
}

/** Least and median wall and CPU milliseconds of `work` over `samples` runs after three to warm up. */
export async function time(work: () => Promise<void>, samples = 7): Promise<{ least: number; median: number; cpu: number }> {
  for (let i = 0; i < 3; i++) await work();
  const wall: number[] = [];
  let cpu = Infinity;
  for (let i = 0; i < samples; i++) {
    const used = process.cpuUsage();
    const start = performance.now();
    await work();
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    cpu = Math.min(cpu, (user + system) / 1000);
  }
  wall.sort((a, b) => a - b);
  return { least: wall[0], median: wall[Math.floor(samples / 2)], cpu };
}
