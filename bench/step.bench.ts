/** Training steps of the presets: wall and CPU time, launches, planned memory, start-up, and the kernels by time. */
import { Profile } from '../src/engine/profile.ts';
import { preset, type Config, type PresetName } from '../src/model/config.ts';
import { Training } from '../src/model/train.ts';
import { hashUniform } from '../src/engine/hash.ts';
import { openBench, time } from './stamp.ts';

const { session } = await openBench();
for (const [name, size] of [['fast', 64], ['fixed', 64], ['fixed', 128], ['paper', 64]] as [PresetName, number][]) {
  const c: Config = { ...preset(name), size, targetShare: 0 };
  const n = size * size;
  const pair = { width: size, height: size, image: hashUniform('bench', 3 * n), labels: Uint8Array.from({ length: n }, (_, i) => (i % size < size / 2 ? 0 : 1) + (i < n / 2 ? 2 : 0)) };
  const classes = { count: 4, colors: [[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]] as [number, number, number][] };
  const began = performance.now();
  const training = await Training.create(session, c, { pair, classes });
  console.log(`\n${name} at ${size}x${size}: ${((performance.now() - began) / 1000).toFixed(1)} s to record and compile (${session.pipelines.size} pipelines so far)`);
  for (const { name: step, dispatches, planned, unplanned } of training.summary) {
    const program = training.program(step);
    const t = await time(async () => { program.run(); await session.idle(); }, 5);
    console.log(`  ${step.padEnd(18)} ${t.least.toFixed(0).padStart(6)} ms least, ${t.median.toFixed(0)} median, ${(t.cpu / 2).toFixed(0)} by CPU time / 2; ${dispatches} launches; ${(planned / 2 ** 20).toFixed(1)} MiB planned of ${(unplanned / 2 ** 20).toFixed(1)}`);
  }
  if (name === 'fixed' && size === 64 && session.device.features.has('timestamp-query')) {
    const profile = new Profile(session.device);
    training.program('G sampling').run(profile);
    for (const row of (await profile.table()).slice(0, 12)) console.log(`    ${row.name.padEnd(30)} ${String(row.calls).padStart(4)} calls ${row.ms.toFixed(1).padStart(8)} ms`);
  }
}
process.exit(0);
