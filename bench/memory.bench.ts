/**
 * Device memory of a training: steps as planned against the sum of their tensors, the whole, and that nothing grows.
 */
import { Session } from '../src/autograd/session.ts';
import type { PresetName } from '../src/model/presets.ts';
import { openNodeDevice } from '../src/node/gpu.ts';
import { openBench } from './support/stamp.ts';
import { trainingFor } from './support/trainings.ts';

const bench = await openBench('memory');
const MiB = 2 ** 20;
const rounds = 4;
for (const [name, size] of [
  ['fast', 64],
  ['fixed', 64],
  ['fixed', 128],
  ['paper', 64],
] as [PresetName, number][]) {
  if (!bench.wants(`${name} ${size}`)) continue;
  const session = new Session(await openNodeDevice());
  const training = await trainingFor(session, name, size);
  const what = `${name} ${size}x${size}`;
  for (const { name: step, planned, unplanned, dispatches } of training.summary) {
    bench.row({
      what: `${what}, ${step}`,
      who: 'semia',
      more: {
        'MiB planned': planned / MiB,
        'MiB of all tensors': unplanned / MiB,
        share: planned / unplanned,
        launches: dispatches,
      },
    });
  }
  const [held, made] = [session.memory.bytes, session.memory.created];
  const programs = training.summary.map((s) => training.program(s.name));
  let resident = 0;
  for (let i = 0; i < rounds; i++) {
    for (const p of programs) {
      p.run();
      await session.idle();
    }
    if (i === 0) resident = process.memoryUsage().rss; // the driver has touched everything once
  }
  const [buffers, bytes] = [session.memory.created - made, session.memory.bytes - held];
  if (buffers || bytes)
    throw new Error(`${what}: ${buffers} buffers and ${bytes} bytes more after ${rounds} rounds of steps`);
  bench.row({
    what: `${what}, all`,
    who: 'semia',
    more: {
      'MiB of device memory': held / MiB,
      buffers: made,
      'MiB the process grew by, later steps': (process.memoryUsage().rss - resident) / MiB,
    },
  });
  session.destroy();
}
await bench.finish();
