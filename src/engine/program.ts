/** A recorded step, ready to run again and again: one command buffer, one submit, nothing created. */
import type { Device } from './device.ts';
import type { Memory } from './memory/storage.ts';

/** A dispatch with everything it needs on the device. `groups`: workgroups in x, y, z. */
export interface Launch {
  name: string;
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  groups: readonly [number, number, number];
}

/** Something that submits launches in its own way, to measure them: Profile, Stopwatch. */
export interface Submitter {
  submit(launches: readonly Launch[]): void;
}

/** A step's launches in one pass, and the pass's end. */
export function encode(pass: GPUComputePassEncoder, launches: readonly Launch[]): void {
  let current: GPUComputePipeline | null = null;
  for (const launch of launches) {
    if (launch.pipeline !== current) pass.setPipeline((current = launch.pipeline));
    pass.setBindGroup(0, launch.group);
    pass.dispatchWorkgroups(launch.groups[0], launch.groups[1], launch.groups[2]);
  }
  pass.end();
}

/** A step that can be run again and again; it owns its kept results and uniforms. */
export class Program {
  private expired = true;
  constructor(
    private readonly device: Device,
    private readonly memory: Memory,
    /** What is computed in the first run and stays valid until `expire`. */
    private readonly once: readonly Launch[],
    private readonly launches: readonly Launch[],
    private readonly own: readonly GPUBuffer[],
    /** Bytes of step memory as planned, and what it would be if no two tensors shared any. */
    readonly bytes: { planned: number; unplanned: number },
  ) {}

  /** Launches of every run. */
  get dispatches(): number {
    return this.launches.length;
  }

  /**
   * Says that lasting tensors which were recorded as constants have changed: the next run computes all that depends on
   * them anew.
   */
  expire(): void {
    this.expired = true;
  }

  /**
   * Submits the step. Returns at once; the queue keeps the order. Throws what the device reported since the last call.
   */
  run(measure?: Submitter): void {
    this.device.check();
    const launches = this.expired ? [...this.once, ...this.launches] : this.launches;
    this.expired = false;
    if (measure) {
      measure.submit(launches);
      return;
    }
    const encoder = this.device.gpu.createCommandEncoder();
    encode(encoder.beginComputePass(), launches);
    this.device.gpu.queue.submit([encoder.finish()]);
  }

  /** Releases what the program alone owns: its kept results and uniforms. */
  destroy(): void {
    for (const buffer of this.own) this.memory.release(buffer);
  }
}
