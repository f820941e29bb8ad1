/**
 * What a launch costs: recording, replaying, running almost nothing; and how long all pipelines take to compile, cold
 * and warm.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { affine } from '../src/autograd/ops/pointwise/pointwise.ts';
import type { Tensor } from '../src/autograd/tensor.ts';
import type { Training } from '../src/model/training/training.ts';
import { openBench } from './support/stamp.ts';
import { sample, summarize, type Sample } from './support/timing.ts';
import { trainingFor } from './support/trainings.ts';

if (process.env.SEMIA_BENCH_START) await start();
const bench = await openBench('dispatch');
const { session } = bench;
const onDevice = !bench.machine.software;
if (bench.wants('launches')) await launches();
for (const preset of ['fixed', 'fast'] as const) if (bench.wants(`start ${preset}`)) pipelines(preset);
await bench.finish();

/** A chain of launches that add 1 to one number, so that each waits for the one before, as in a step. */
async function launches(): Promise<void> {
  const count = 1000;
  const x = session.lasting([1], 'x', [0]);
  let y!: Tensor;
  const chain = (): void => {
    y = x;
    for (let i = 0; i < count; i++) y = affine(y, 1, 1);
    session.keep(y);
  };
  const recorded: Sample[] = [];
  let program = await session.record(chain);
  for (let i = 0; i < 5; i++) {
    program.destroy();
    recorded.push(
      await sample(async () => {
        program = await session.record(chain);
      }),
    );
  }
  program.run();
  const [[value]] = await session.read([y]);
  if (value !== count) throw new Error(`${count} launches that add 1 gave ${value}`);
  const [encode, whole]: Sample[][] = [[], []];
  for (let i = 0; i < 12; i++) {
    let encoded!: Sample;
    const all = await sample(async () => {
      encoded = await sample(async () => program.run());
      await session.idle();
    });
    if (i >= 3) {
      encode.push(encoded);
      whole.push(all);
    }
  }
  const each = (name: string, samples: Sample[]): void => {
    const t = summarize(samples, true);
    const micro = (ms: number): number => (1000 * ms) / count;
    bench.row({
      what: `a launch: ${name}`,
      who: 'semia',
      more: { 'us least': micro(t.least), 'us median': micro(t.median), 'us CPU of all threads': micro(t.cpu) },
    });
  };
  each('recording (plan, bind groups)', recorded);
  each('replaying, until submitted', encode);
  each('replaying, until done', whole);
  program.destroy();
  const single = await session.record(() => {
    y = session.keep(affine(x, 1, 1));
  });
  const trips: Sample[] = [];
  for (let i = 0; i < 60; i++)
    trips.push(
      await sample(async () => {
        single.run();
        await session.idle();
      }),
    );
  bench.row({ what: 'submit one launch and wait', who: 'semia', ...summarize(trips.slice(10), onDevice) });
}

/**
 * All steps of a training in a process of its own, each run once, since drivers compile at first use: with an empty
 * shader cache, then with the one that left.
 */
function pipelines(preset: 'fixed' | 'fast'): void {
  const cache = mkdtempSync(join(tmpdir(), 'semia-cache-'));
  try {
    for (const state of ['cold', 'warm']) {
      const { stdout, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: {
          ...process.env,
          SEMIA_BENCH_START: preset,
          MESA_SHADER_CACHE_DIR: cache,
          __GL_SHADER_DISK_CACHE_PATH: cache,
          XDG_CACHE_HOME: cache,
        },
      });
      if (status !== 0) throw new Error(`${preset}, ${state} start: ended with ${status}`);
      const { seconds, cpu, count, again } = JSON.parse(stdout) as Record<string, number>;
      bench.row({
        what: `${preset} 64x64, until every step has run once, ${state}`,
        who: 'semia',
        least: 1000 * seconds,
        median: 1000 * seconds,
        cpu: 1000 * cpu,
        more: { pipelines: count, 'ms of them for the steps themselves': 1000 * again },
      });
    }
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/**
 * The child: records and compiles a training and runs its steps, says how long it took from an open device on, and how
 * long to run them again, and ends.
 */
async function start(): Promise<never> {
  const { Session } = await import('../src/autograd/session.ts');
  const { openNodeDevice } = await import('../src/node/gpu.ts');
  const own = new Session(await openNodeDevice());
  let training!: Training;
  const steps = async (): Promise<void> => {
    for (const { name } of training.summary) {
      training.program(name).run();
      await own.idle();
    }
  };
  const taken = await sample(async () => {
    training = await trainingFor(own, process.env.SEMIA_BENCH_START as 'fixed' | 'fast', 64);
    await steps();
  });
  const again = await sample(steps);
  process.stdout.write(
    JSON.stringify({
      seconds: taken.wall / 1000,
      cpu: taken.cpu / 1000,
      count: own.pipelines.size,
      again: again.wall / 1000,
    }),
  );
  process.exit(0);
}
