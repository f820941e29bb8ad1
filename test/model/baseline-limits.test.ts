/** Sizes that the baselines cannot compute on an adapter are refused before anything is computed, with a number. */

import * as assert from 'uvu/assert';
import { deepAnalogy } from '../../src/model/baselines/deepAnalogy/deepAnalogy.ts';
import { imageAnalogies, refuseAnalogy } from '../../src/model/baselines/imageAnalogies/imageAnalogies.ts';
import { refuseSize } from '../../src/model/baselines/limits.ts';
import { Sampler, type Stage } from '../../src/model/baselines/singan/sampler.ts';
import type { Vgg } from '../../src/model/networks/vgg.ts';
import { scoped } from '../support/device.ts';
import { paint } from '../support/runs.ts';
import { test } from '../support/suite.ts';

/** The message of the UserError that `work` ends with. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    assert.is((error as Error).name, 'UserError', String(error));
    return (error as Error).message;
  }
  return assert.unreachable('nothing was refused') as never;
}
/** The size that a refusal says would do. */
const advised = (message: string, pattern: RegExp): number => {
  assert.match(message, pattern);
  return Number(pattern.exec(message)![1]);
};

test('a tensor that just fits is taken, and the size that is advised fits', async () => {
  const need = (width: number, height: number) => ({
    what: 'work',
    width,
    height,
    bytes: 100 * width * height,
    advice: (side: number) => `take ${side}`,
  });
  refuseSize(need(300, 200), 6_000_000);
  const side = advised(await refusal(() => refuseSize(need(301, 200), 6_000_000)), /7 MB.*6 MB.*take (\d+)$/);
  refuseSize(need(side, Math.floor((side * 200) / 301)), 6_000_000);
});

test('image analogies: too much memory, or hours on the processor', () =>
  scoped(async (session) => {
    const map = (width: number, height: number) => ({ c: 3, width, height, data: new Float32Array(0) });
    const [large, small] = [map(9000, 9000), map(64, 64)];
    const side = advised(
      await refusal(() => imageAnalogies(session, { a: large, ap: large, b: small, kappa: 1 })),
      /^image analogies of 9000 x 9000 pixels would need \d+ MB.*--output-size (\d+)\)$/,
    );
    refuseAnalogy(session, { a: map(side, side), ap: map(side, side) }, map(8, 8));
    if (!session.device.info.software) return;
    const [a, b] = [map(256, 256), map(4000, 4000)];
    assert.match(await refusal(() => refuseAnalogy(session, { a, ap: a }, b)), /about \d+ minutes.*--output-size \d+/);
    refuseAnalogy(session, { a, ap: a }, a);
  }));

test('deep image analogy and SinGAN: too much memory', () =>
  scoped(async (session) => {
    const large = paint(8192, 4096, () => [0, 0, 0]);
    const side = advised(
      await refusal(() => deepAnalogy({ session, vgg: {} as Vgg, a: large, b: large })),
      /^deep image analogy of 8192 x 4096 pixels would need \d+ MB.*--size (\d+)$/,
    );
    assert.is(side % 16, 0);
    const generator = { weights: [session.lasting([128, 3, 3, 3], 'w')], biases: [] };
    const stage: Stage = { generator, amplitude: 1, width: 9000, height: 9000, first: true };
    assert.match(
      await refusal(() => Sampler.create(session, [stage])),
      /^a SinGAN picture of 9000 x 9000 pixels would need \d+ MB/,
    );
  }));
test.run();
