/** Timing on machines that are not always idle: wall beside CPU time, samples dropped where a core was missing. */
export interface Sample {
  /** Milliseconds. */ wall: number;
  cpu: number;
}
export interface Timing {
  least: number;
  median: number;
  cpu: number;
  kept: number;
  taken: number;
}

/** One run of `work`, timed. CPU time is that of all threads of this process, a software adapter's included. */
export async function sample(work: () => Promise<void>): Promise<Sample> {
  const used = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) / 1000 };
}

/**
 * Least and median of the samples that had their cores: work that runs on k cores uses k times its wall time of CPU, so
 * a sample with under nine tenths of the best ratio seen waited for a core, and says nothing about the work.
 * `onDevice`: the work runs on a GPU, where CPU time tells nothing; all are kept.
 */
export function summarize(samples: readonly Sample[], onDevice = false): Timing {
  const cores = ({ wall, cpu }: Sample): number => cpu / wall;
  const most = Math.max(...samples.map(cores));
  const kept = onDevice ? [...samples] : samples.filter((s) => cores(s) >= 0.9 * most);
  const wall = kept.map((s) => s.wall).sort((a, b) => a - b);
  return {
    least: wall[0],
    median: wall[Math.floor(wall.length / 2)],
    cpu: Math.min(...kept.map((s) => s.cpu)),
    kept: kept.length,
    taken: samples.length,
  };
}

export interface Runner {
  name: string;
  run: () => Promise<Sample>;
  /** Process of another library: its CPU time is its own. */
  onDevice?: boolean;
}

/**
 * Times several implementations of the same work in turn, so that a slow spell of the machine meets all of them. Each
 * gets `warm` runs first. After a run of over `patience` ms an implementation gets no more than the one sample it must
 * have.
 */
export async function interleave(
  runners: readonly Runner[],
  { samples = 7, warm = 3, patience = 3000 } = {},
): Promise<Map<string, Timing>> {
  const taken = new Map<string, Sample[]>(runners.map((r) => [r.name, []]));
  const slow = new Set<string>();
  const once = async (r: Runner): Promise<Sample> => {
    const took = await r.run();
    if (took.wall > patience) slow.add(r.name);
    return took;
  };
  for (const r of runners) for (let i = 0; i < warm && !slow.has(r.name); i++) await once(r);
  for (let i = 0; i < samples; i++) {
    for (const r of runners) if (i === 0 || !slow.has(r.name)) taken.get(r.name)!.push(await once(r));
  }
  return new Map(runners.map((r) => [r.name, summarize(taken.get(r.name)!, r.onDevice)]));
}
