/** A training of a preset on a made-up pair of four classes: what the benches of steps, memory and start-up run. */
import { HostRandom, hashUniform } from '../../src/engine/random.ts';
import type { ConvShape } from '../../src/autograd/ops/conv2d/shape.ts';
import type { Session } from '../../src/autograd/session.ts';
import { drawAugmentation } from '../../src/model/training/augment.ts';
import type { Config } from '../../src/model/config.ts';
import { preset, type PresetName } from '../../src/model/presets.ts';
import { Training } from '../../src/model/training/training.ts';

/** The training with a pair fed: photograph -> one of its warps. */
export async function trainingFor(session: Session, name: PresetName, size: number): Promise<Training> {
  const config: Config = { ...preset(name), size, targetShare: 0 };
  const n = size * size;
  const labels = Uint8Array.from({ length: n }, (_, i) => (i % size < size / 2 ? 0 : 1) + (i < n / 2 ? 2 : 0));
  const colors: [number, number, number][] = [
    [0, 0, 0],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ];
  const training = await Training.create(session, config, {
    pair: { width: size, height: size, image: hashUniform('bench', 3 * n), labels },
    classes: { count: 4, colors },
  });
  // Without it all labels would be one class, and what depends on classes would be timed as it never is.
  training.feed.run('sampling', drawAugmentation(config, new HostRandom(0), config.augment.ramp, size, size));
  return training;
}

/**
 * Floating-point operations (two for each multiply-add) of the convolutions in each program that `body` records, in
 * order: as many as the layers ask for, multiplications by zeros of padding included, whatever the kernels do.
 */
export async function convolutionWork(session: Session, body: () => Promise<unknown>): Promise<number[]> {
  const { choices } = session;
  const [plan, record] = [choices.plan.bind(choices), session.record.bind(session)];
  const work: number[] = [];
  let flops = 0;
  choices.plan = (family, shape) => {
    if (family.name.startsWith('conv2d.')) {
      const { n, ci, co, kh, kw, ho, wo } = shape as ConvShape;
      flops += 2 * n * ci * co * kh * kw * ho * wo;
    }
    return plan(family, shape);
  };
  session.record = async (...step) => {
    flops = 0;
    const program = await record(...step);
    work.push(flops);
    return program;
  };
  try {
    await body();
  } finally {
    Object.assign(choices, { plan });
    Object.assign(session, { record });
  }
  return work;
}
