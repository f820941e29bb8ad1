/** What a device does at best: the ceilings that `semia doctor` prints and benchmarks compare with. */
import copyKernel from '../shaders/ceilings/copy.wgsl';
import rateKernel from '../shaders/ceilings/rate.wgsl';
import type { Call } from './call.ts';
import type { Device } from './device.ts';
import { grid } from './grid.ts';
import type { PipelineCache } from './kernel.ts';
import type { Memory, Storage } from './memory/storage.ts';
import { Recorder } from './recorder.ts';

/** A device with its memory and pipelines: a session of autograd is one. */
export interface Engine {
  readonly device: Device;
  readonly memory: Memory;
  readonly pipelines: PipelineCache;
}

/** Best seconds of one run of a dispatch, over `trialMs` milliseconds, after a run to warm up. */
async function best({ device, memory, pipelines }: Engine, call: Call, trialMs = 400): Promise<number> {
  const recorder = new Recorder(device, memory, pipelines);
  recorder.dispatch(call);
  const program = await recorder.finish();
  let least = Infinity;
  const until = performance.now() + trialMs;
  for (let i = 0; i < 2 || performance.now() < until; i++) {
    const start = performance.now();
    program.run();
    await device.gpu.queue.onSubmittedWorkDone();
    device.check();
    if (i > 0) least = Math.min(least, performance.now() - start);
  }
  program.destroy();
  return least / 1000;
}

/**
 * Floating-point operations a second, two for each multiply-add: the faster of few scalar chains and many of vec4.
 * @throws DeviceError if the device fails.
 */
export async function multiplyAdds(engine: Engine): Promise<number> {
  return Math.max(await chains(engine, 8, 0), await chains(engine, 64, 1));
}

/**
 * The rate with `count` independent chains, which is what ceilings/rate has for each value of WIDE; eight rounds to an
 * iteration.
 */
async function chains(engine: Engine, count: number, wide: 0 | 1): Promise<number> {
  const threads = 64 * 1024;
  const y = engine.memory.storage(threads * 16, 'ceilings.rate');
  const time = (rounds: number): Promise<number> =>
    best(
      engine,
      {
        module: rateKernel,
        read: {},
        write: { y },
        params: { rounds },
        constants: { WIDE: wide },
        groups: [threads / 64],
      },
      200,
    );
  let rounds = 4;
  // As long as a launch is short, its start is a part of what is measured.
  for (let s = await time(rounds); s < 0.02 && rounds < 1 << 18; s = await time(rounds)) rounds *= 4;
  return (count * 8 * 2 * threads * rounds) / (await time(rounds));
}

/** Bytes moved a second by a copy, read and written together. @throws DeviceError if the device fails. */
export async function copies(engine: Engine): Promise<number> {
  const size = Math.min(1 << 26, engine.device.limits.maxStorageBufferBindingSize);
  const storage = (name: string): Storage => engine.memory.storage(size, name);
  const [x, y] = [storage('ceilings.x'), storage('ceilings.y')];
  const call: Call = { module: copyKernel, read: { x }, write: { y }, groups: grid(size / 16, 256) };
  return (2 * size) / (await best(engine, call));
}
