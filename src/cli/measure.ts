/** What a device does at best: the ceilings that `semia doctor` prints and benchmarks compare with. */
import { grid } from '../engine/grid.ts';
import type { Tensor } from '../autograd/tensor.ts';
import type { Session } from '../autograd/session.ts';
import copyKernel from '../shaders/ceilings/copy.wgsl';
import rateKernel from '../shaders/ceilings/rate.wgsl';

/** Best seconds of one run of a program, over `trialMs` milliseconds, after a run to warm up. */
export async function best(session: Session, step: () => void, trialMs = 400): Promise<number> {
  const program = await session.record(step);
  let least = Infinity;
  const until = performance.now() + trialMs;
  for (let i = 0; i < 2 || performance.now() < until; i++) {
    const start = performance.now();
    program.run();
    await session.idle();
    if (i > 0) least = Math.min(least, performance.now() - start);
  }
  program.destroy();
  return least / 1000;
}

/** Floating-point operations a second, two for each multiply-add: the faster of few scalar chains and many of vec4. */
export async function multiplyAdds(session: Session): Promise<number> {
  return Math.max(await chains(session, 8, 0), await chains(session, 64, 1));
}

/**
 * The rate with `count` independent chains, which is what doctor.rate has for each value of WIDE; eight rounds to an
 * iteration.
 */
async function chains(session: Session, count: number, wide: 0 | 1): Promise<number> {
  const threads = 64 * 1024;
  const y = session.lasting([threads, 4], 'doctor');
  const run = (rounds: number): void =>
    session.run(rateKernel, {
      read: {},
      write: { y },
      params: { rounds },
      constants: { WIDE: wide },
      groups: [threads / 64],
    });
  const time = (rounds: number): Promise<number> => best(session, () => run(rounds), 200);
  let rounds = 4;
  // As long as a launch is short, its start is a part of what is measured.
  for (let s = await time(rounds); s < 0.02 && rounds < 1 << 18; s = await time(rounds)) rounds *= 4;
  return (count * 8 * 2 * threads * rounds) / (await time(rounds));
}

/** Bytes moved a second, read and written. */
export async function copies(session: Session): Promise<number> {
  const size = Math.min(1 << 26, session.device.limits.maxStorageBufferBindingSize);
  const tensor = (name: string): Tensor => session.lasting([size / 16, 4], name);
  const [x, y] = [tensor('doctor.x'), tensor('doctor.y')];
  return (
    (2 * size) /
    (await best(session, () => session.run(copyKernel, { read: { x }, write: { y }, groups: grid(size / 16, 256) })))
  );
}
