/**
 * Time by kernel, from timestamp queries around every dispatch. Slower than a plain run: for looking, not for timing.
 */
import { type Device, DeviceError } from './device.ts';
import { usage } from './memory/storage.ts';
import { encode, type Launch } from './program.ts';

/** All dispatches of one kernel: how many, and their device time together, in milliseconds. */
export interface ProfileRow {
  /** Of the kernel. */
  name: string;
  /** Dispatches. */
  calls: number;
  /** Device time of all of them together. */
  ms: number;
}

/** Collects the time of every dispatch submitted through it. @throws DeviceError without timestamp queries. */
export class Profile {
  private readonly rows = new Map<string, ProfileRow>();
  private readonly pending: Promise<void>[] = [];

  constructor(private readonly device: Device) {
    if (!device.features.has('timestamp-query'))
      throw new DeviceError('validation', 'this adapter has no timestamp queries to profile with');
  }

  /** Submits the launches of a program. @internal */
  submit(launches: readonly Launch[]): void {
    // A query set holds at most 4096 queries, two for each dispatch.
    for (let i = 0; i < launches.length; i += 2048) this.submitPart(launches.slice(i, i + 2048));
  }

  private submitPart(launches: readonly Launch[]): void {
    const gpu = this.device.gpu;
    const count = launches.length * 2;
    const querySet = gpu.createQuerySet({ type: 'timestamp', count });
    const resolved = gpu.createBuffer({ size: count * 8, usage: usage.query });
    const staging = gpu.createBuffer({ size: count * 8, usage: usage.staging });
    const encoder = gpu.createCommandEncoder();
    for (const [i, launch] of launches.entries()) {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      pass.setPipeline(launch.pipeline);
      pass.setBindGroup(0, launch.group);
      pass.dispatchWorkgroups(...launch.groups);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
    gpu.queue.submit([encoder.finish()]);
    this.pending.push(
      staging.mapAsync(1).then(() => {
        const times = new BigUint64Array(staging.getMappedRange());
        for (const [i, launch] of launches.entries()) {
          const row = this.rows.get(launch.name) ?? { name: launch.name, calls: 0, ms: 0 };
          row.calls++;
          row.ms += Number(times[2 * i + 1] - times[2 * i]) / 1e6;
          this.rows.set(launch.name, row);
        }
        staging.destroy();
        resolved.destroy();
        querySet.destroy();
      }),
    );
  }

  /** Kernels by total time, longest first. */
  async table(): Promise<ProfileRow[]> {
    await Promise.all(this.pending);
    return [...this.rows.values()].sort((a, b) => b.ms - a.ms);
  }
}

/** Device time of whole programs, from two timestamps around one pass; it makes nothing anew between measurements. */
export class Stopwatch {
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;

  constructor(private readonly device: Device) {
    this.querySet = device.gpu.createQuerySet({ type: 'timestamp', count: 2 });
    this.resolved = device.gpu.createBuffer({ size: 16, usage: usage.query });
    this.staging = device.gpu.createBuffer({ size: 16, usage: usage.staging });
  }

  submit(launches: readonly Launch[]): void {
    const encoder = this.device.gpu.createCommandEncoder();
    encode(
      encoder.beginComputePass({
        timestampWrites: { querySet: this.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
      }),
      launches,
    );
    encoder.resolveQuerySet(this.querySet, 0, 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, 16);
    this.device.gpu.queue.submit([encoder.finish()]);
  }

  /** Milliseconds of the program submitted last. */
  async ms(): Promise<number> {
    await this.staging.mapAsync(1);
    const [start, end] = new BigUint64Array(this.staging.getMappedRange());
    this.staging.unmap();
    return Number(end - start) / 1e6;
  }

  destroy(): void {
    this.querySet.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}
