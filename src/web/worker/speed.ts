/** Measures the device's speed in a short trial, for the page to report before anything is trained. */
import { conv2d } from '../../autograd/ops/conv2d/conv2d.ts';
import type { Session } from '../../autograd/session.ts';

const [channels, side, repeats] = [32, 64, 4];

/**
 * GFLOP/s of 3x3 convolutions of 32 to 32 channels at 64 x 64, the networks' most frequent work; two operations a
 * multiply-add.
 */
export async function convolutionRate(session: Session, trialMs = 150): Promise<number> {
  return session.memory.scope(async () => {
    const x = session.lasting([1, channels, side, side], 'speed.x');
    const w = session.lasting([channels, channels, 3, 3], 'speed.w');
    const program = await session.record(() => {
      let t = x;
      for (let i = 0; i < repeats; i++) t = conv2d(t, w, null, { pad: 1 });
      session.keep(t);
    });
    let best = Infinity;
    const until = performance.now() + trialMs;
    for (let i = 0; i < 2 || performance.now() < until; i++) {
      const start = performance.now();
      program.run();
      await session.idle();
      if (i) best = Math.min(best, performance.now() - start);
    }
    program.destroy();
    return (repeats * 2 * 9 * channels ** 2 * side ** 2) / (best / 1000) / 1e9;
  });
}
