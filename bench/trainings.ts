/** A training of a preset on a made-up pair of four classes: what the benches of steps, memory and start-up run. */
import { HostRandom, hashUniform } from '../src/engine/hash.ts';
import type { Session } from '../src/autograd/tensor.ts';
import { drawAugmentation } from '../src/model/augment.ts';
import { preset, type Config, type PresetName } from '../src/model/config.ts';
import { Training } from '../src/model/train.ts';

/** The training with a pair fed: photograph -> one of its warps. */
export async function trainingFor(session: Session, name: PresetName, size: number): Promise<Training> {
  const config: Config = { ...preset(name), size, targetShare: 0 };
  const n = size * size;
  const labels = Uint8Array.from({ length: n }, (_, i) => (i % size < size / 2 ? 0 : 1) + (i < n / 2 ? 2 : 0));
  const colors: [number, number, number][] = [[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]];
  const training = await Training.create(session, config, { pair: { width: size, height: size, image: hashUniform('bench', 3 * n), labels }, classes: { count: 4, colors } });
  // Without it all labels would be one class, and what depends on classes would be timed as it never is.
  training.feed.run('sampling', drawAugmentation(config, new HostRandom(0), config.augment.ramp, size, size));
  return training;
}
