/** Time by kernel, from timestamp queries around every dispatch. Slower than a plain run: for looking, not for timing. */
import { DeviceError, type Device } from './device.ts';
import type { Launch } from './program.ts';
import { usage } from './storage.ts';

export interface ProfileRow { name: string; calls: number; ms: number }

export class Profile {
  private readonly rows = new Map<string, ProfileRow>();
  private readonly pending: Promise<void>[] = [];

  constructor(private readonly device: Device) {
    if (!device.features.has('timestamp-query')) throw new DeviceError('validation', 'this adapter has no timestamp queries to profile with');
  }

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
      const pass = encoder.beginComputePass({ timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 } });
      pass.setPipeline(launch.pipeline);
      pass.setBindGroup(0, launch.group);
      pass.dispatchWorkgroups(...launch.groups);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
    gpu.queue.submit([encoder.finish()]);
    this.pending.push(staging.mapAsync(1).then(() => {
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
    }));
  }

  /** Kernels by total time, longest first. */
  async table(): Promise<ProfileRow[]> {
    await Promise.all(this.pending);
    return [...this.rows.values()].sort((a, b) => b.ms - a.ms);
  }
}
