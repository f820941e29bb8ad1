/** Training steps of the presets: wall and CPU time, launches, planned memory, start-up, and the kernels by time. */
import { Profile } from '../src/engine/profile.ts';
import type { PresetName } from '../src/model/presets.ts';
import type { Training } from '../src/model/training/training.ts';
import { Peer } from './support/peer.ts';
import { openBench, time } from './support/stamp.ts';
import { interleave, sample } from './support/timing.ts';
import { convolutionWork, trainingFor } from './support/trainings.ts';

const bench = await openBench('step');
const { session } = bench;
for (const [name, size] of [
  ['fast', 64],
  ['fixed', 64],
  ['fixed', 128],
  ['paper', 64],
] as [PresetName, number][]) {
  if (!bench.wants(`${name} ${size}`)) continue;
  const began = performance.now();
  let training!: Training;
  const work = await convolutionWork(session, async () => {
    training = await trainingFor(session, name, size);
  });
  const { summary } = training; // its steps were recorded last
  console.log(
    `\n${name} at ${size}x${size}: ${((performance.now() - began) / 1000).toFixed(1)} s to record and compile ` +
      `(${session.pipelines.size} pipelines so far)`,
  );
  for (const [k, { name: step, dispatches, planned, unplanned }] of summary.entries()) {
    const flops = work[work.length - summary.length + k];
    const program = training.program(step);
    let encoding = Infinity;
    const t = await time(
      async () => {
        const start = performance.now();
        program.run();
        encoding = Math.min(encoding, performance.now() - start);
        await session.idle();
      },
      size > 64 ? 3 : 5,
    );
    const each = (1000 * encoding) / dispatches;
    bench.record({
      what: `${name} ${size}x${size}, ${step}`,
      who: 'semia',
      ...t,
      more: {
        launches: dispatches,
        'MiB planned': planned / 2 ** 20,
        'MiB unplanned': unplanned / 2 ** 20,
        'us to encode a launch': each,
        'GFLOP of convolutions': flops / 1e9,
        'ms of them at the ceiling': (1000 * flops) / bench.flops,
      },
    });
    const times = `${t.least.toFixed(0).padStart(6)} ms least, ${t.median.toFixed(0)} median`;
    const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
    const atCeiling = ((1000 * flops) / bench.flops).toFixed(0);
    console.log(
      `  ${step.padEnd(18)} ${times}, ${(t.cpu / 2).toFixed(0)} by CPU time / 2; ` +
        `${dispatches} launches, ${each.toFixed(1)} us each to encode; ` +
        `${mib(planned)} MiB planned of ${mib(unplanned)}; ` +
        `${(flops / 1e9).toFixed(3)} GFLOP of convolutions, ${atCeiling} ms at the ceiling`,
    );
  }
  if (name === 'fixed' && bench.peers) {
    // The same networks and losses (test/goldens); the numbers of a step are compared there, not here.
    const peer = await Peer.start('pytorch_step.py', { side: size }, { OPENBLAS_NUM_THREADS: '1' });
    const program = training.program('G sampling');
    const ours = {
      name: 'semia',
      run: () =>
        sample(async () => {
          program.run();
          await session.idle();
        }),
      onDevice: !bench.machine.software,
    };
    const times = await interleave([ours, ...(peer?.names ?? []).map((n) => ({ name: n, run: () => peer!.run(n) }))], {
      samples: size > 64 ? 4 : 7,
      warm: 1,
      patience: 4000,
    });
    const own = times.get('semia')!.least;
    for (const [who, t] of times)
      bench.row({
        what: `generator step, sampling, default width, ${size}x${size}`,
        who,
        ...t,
        ...(who === 'semia'
          ? {}
          : {
              ratio: t.least / own,
              more: {
                versions: Object.entries(peer!.versions)
                  .map((v) => v.join(' '))
                  .join(', '),
              },
            }),
      });
    peer?.close();
  }
  if (name === 'fixed' && size === 64 && session.device.features.has('timestamp-query')) {
    const profile = new Profile(session.device);
    training.program('G sampling').run(profile);
    for (const row of (await profile.table()).slice(0, 12))
      console.log(
        `    ${row.name.padEnd(30)} ${String(row.calls).padStart(4)} calls ${row.ms.toFixed(1).padStart(8)} ms`,
      );
  }
}
await bench.finish();
