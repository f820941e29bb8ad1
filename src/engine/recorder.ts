/**
 * The recorder turns a step into data: a list of dispatches over storages. `finish` plans the memory by lifetime,
 * compiles the pipelines and makes the bind groups; the program that comes out is replayed without creating anything.
 */

import type { Call } from './call.ts';
import type { Device } from './device.ts';
import { inspectKernel, type PipelineCache, packParams } from './kernel.ts';
import { planMemory } from './memory/plan.ts';
import { align, alignment, type Memory, usage } from './memory/storage.ts';
import { type Launch, Program } from './program.ts';

/** Storages end on a multiple of 256 bytes, so kernels may use vec4 arrays and write into the padding. */
const bindSize = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** Records one step. */
export class Recorder {
  /** The dispatches so far, in order. */
  readonly calls: Call[] = [];
  constructor(
    private readonly device: Device,
    private readonly memory: Memory,
    private readonly pipelines: PipelineCache,
  ) {}

  /** Adds one dispatch. Throws if the call site and the WGSL disagree on names, access or parameters. */
  dispatch(call: Call): void {
    const { bindings } = inspectKernel(call.module);
    const name = call.module.name;
    for (const b of bindings) {
      if (b.access !== 'uniform' && !(b.access === 'read' ? call.read : call.write)[b.name])
        throw new Error(`${name}.wgsl: binding ${b.name} (${b.access}) has no storage at the call`);
    }
    const declared = (given: string, access: string): boolean =>
      bindings.some((b) => b.name === given && b.access === access);
    for (const given of Object.keys(call.read))
      if (!declared(given, 'read'))
        throw new Error(`${name}.wgsl: the call gives ${given} to read, which is no such binding`);
    for (const given of Object.keys(call.write))
      if (!declared(given, 'read_write'))
        throw new Error(`${name}.wgsl: the call gives ${given} to write, which is no such binding`);
    const limit = this.device.limits.maxComputeWorkgroupsPerDimension;
    for (const g of call.groups) {
      if (g !== undefined && (!Number.isInteger(g) || g < 1 || g > limit))
        throw new Error(`${name}.wgsl: ${call.groups} workgroups (1 to ${limit})`);
    }
    this.calls.push(call);
  }

  /**
   * Makes a program of `calls`: those recorded, or what graph passes made of them. Calls marked `once` stand first.
   * @throws DeviceError if a kernel does not compile.
   */
  async finish(calls: readonly Call[] = this.calls): Promise<Program> {
    const gpu = this.device.gpu;
    const once = calls.findIndex((c) => !c.once);
    const first = once < 0 ? calls.length : once;
    const plan = planMemory(calls);
    const buffers = this.memory.stepBuffers(plan.bins);
    const kept = this.upload(calls);
    for (const [storage, bin] of plan.assignment) {
      if (bin >= 0) storage.buffer = buffers[bin];
      else kept.push((storage.buffer = this.memory.buffer(align(storage.bytes), usage.storage, storage.label)));
    }
    const compiled = await Promise.all(calls.map((c) => this.pipelines.get(c.module, c.constants)));
    const uniforms = this.packUniforms(calls);
    const launches: Launch[] = calls.map((call, i) => {
      const { bindings } = inspectKernel(call.module);
      const entries = bindings.map((b): GPUBindGroupEntry => {
        if (b.access === 'uniform')
          return {
            binding: b.index,
            resource: { buffer: uniforms.buffer!, offset: uniforms.offsets[i], size: uniforms.sizes[i] },
          };
        const s = b.access === 'read' ? call.read[b.name] : call.write[b.name];
        return { binding: b.index, resource: { buffer: s.target!, offset: s.start, size: bindSize(s.bytes) } };
      });
      const group = gpu.createBindGroup({ label: call.module.name, layout: compiled[i].layout, entries });
      return {
        name: call.module.name,
        pipeline: compiled[i].pipeline,
        group,
        groups: [call.groups[0], call.groups[1] ?? 1, call.groups[2] ?? 1],
      };
    });
    // Step storages have no memory after this: the next program may use it, so reading them would be an error.
    for (const [storage, bin] of plan.assignment) if (bin >= 0) storage.buffer = null;
    if (uniforms.buffer) kept.push(uniforms.buffer);
    return new Program(this.device, this.memory, launches.slice(0, first), launches.slice(first), kept, {
      planned: plan.bins.reduce((a, b) => a + b, 0),
      unplanned: plan.unplanned,
    });
  }

  /** Buffers of the constant values that calls bring along. */
  private upload(calls: readonly Call[]): GPUBuffer[] {
    const constants = new Set(calls.flatMap((c) => Object.values(c.read).filter((s) => s.contents && !s.lasting)));
    return [...constants].map((s) => {
      s.buffer = this.memory.buffer(align(s.bytes), usage.storage, s.label);
      this.memory.write(s, s.contents!);
      return s.buffer;
    });
  }

  /** All uniform blocks of the step in one buffer; equal blocks are stored once. */
  private packUniforms(calls: readonly Call[]): { buffer: GPUBuffer | null; offsets: number[]; sizes: number[] } {
    const known = new Map<string, number>();
    const blocks: Uint8Array[] = [];
    const offsets: number[] = [];
    const sizes: number[] = [];
    let total = 0;
    for (const call of calls) {
      const { fields } = inspectKernel(call.module);
      const bytes = new Uint8Array(packParams(call.module, fields, call.params ?? {}));
      const key = bytes.join();
      let at = known.get(key);
      if (at === undefined) {
        known.set(key, (at = total));
        blocks.push(bytes);
        total += Math.ceil(bytes.length / alignment) * alignment;
      }
      offsets.push(at);
      sizes.push(bytes.length);
    }
    if (!total) return { buffer: null, offsets, sizes };
    const all = new Uint8Array(total);
    let at = 0;
    for (const block of blocks) {
      all.set(block, at);
      at += Math.ceil(block.length / alignment) * alignment;
    }
    const buffer = this.memory.buffer(total, usage.uniform, 'uniforms');
    this.device.gpu.queue.writeBuffer(buffer, 0, all);
    return { buffer, offsets, sizes };
  }
}
