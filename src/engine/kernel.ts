/**
 * Kernels: WGSL text -> checked bindings -> cached pipelines. A kernel's bindings, their access and its uniform struct
 * are read from the WGSL itself, so a call site that disagrees fails when it records, by name, not on the device.
 */
import { type Device, DeviceError } from './device.ts';

/** `element`: bytes of one element of a storage array. */
export interface Binding {
  name: string;
  index: number;
  access: 'read' | 'read_write' | 'uniform';
  element: number;
}
/** One field of `struct Params`, in order, four bytes each. */
export interface UniformField {
  name: string;
  type: 'u32' | 'i32' | 'f32';
}
/** How a kernel is called, read from its text. */
export interface Interface {
  bindings: Binding[];
  fields: UniformField[];
  overrides: Set<string>;
  entry: string;
  subgroups: boolean;
}

const cache = new WeakMap<WgslModule, Interface>();

/** Reads bindings, the fields of `struct Params` and the override constants from a kernel's text. */
export function inspectKernel(module: WgslModule): Interface {
  const known = cache.get(module);
  if (known) return known;
  const text = module.source.replace(/\/\/[^\n]*/g, '');
  const bindings: Binding[] = [];
  for (const m of text.matchAll(
    /@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]+)>\s*(\w+)\s*:\s*(?:array<(?:vec([234]))?)?/g,
  )) {
    const space = m[2].replace(/\s/g, '');
    const access = space === 'uniform' ? 'uniform' : space === 'storage,read_write' ? 'read_write' : 'read';
    bindings.push({ index: Number(m[1]), name: m[3], access, element: 4 * Number(m[4] ?? 1) });
  }
  const body = /struct\s+Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  const fields = [...body.matchAll(/(\w+)\s*:\s*(\w+)/g)].map((m) => {
    if (!['u32', 'i32', 'f32'].includes(m[2]))
      throw new Error(`${module.name}.wgsl: Params.${m[1]} must be u32, i32 or f32`);
    return { name: m[1], type: m[2] as UniformField['type'] };
  });
  const uniforms = bindings.filter((b) => b.access === 'uniform');
  if (uniforms.length > 1 || fields.length > 0 !== (uniforms.length === 1)) {
    throw new Error(`${module.name}.wgsl: one uniform binding with a struct Params is expected, or none`);
  }
  const entries = [...text.matchAll(/@compute[\s\S]*?fn\s+(\w+)/g)];
  if (entries.length !== 1)
    throw new Error(`${module.name}.wgsl: exactly one entry point is expected, found ${entries.length}`);
  const result: Interface = {
    bindings,
    fields,
    entry: entries[0][1],
    subgroups: /\benable\s+subgroups\b/.test(text),
    overrides: new Set([...text.matchAll(/\boverride\s+(\w+)/g)].map((m) => m[1])),
  };
  cache.set(module, result);
  return result;
}

/** Values of `override` constants by name; booleans as 0 and 1. */
export type Constants = Readonly<Record<string, number>>;
/** A compiled kernel, and the layout that its bind groups have. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Where an output line of a kernel's text came from, as `file:line`. */
export function originOf(module: WgslModule, line: number): string {
  let best = module.origin[0];
  for (const run of module.origin) if (run[0] <= line) best = run;
  return `${best[1]}:${best[2] + line - best[0]}`;
}

/** Compiled pipelines of one device, by source and constants. Compilation is asynchronous and runs side by side. */
export class PipelineCache {
  private readonly modules = new Map<string, Promise<GPUShaderModule>>();
  private readonly pipelines = new Map<string, Promise<Pipeline>>();
  constructor(private readonly device: Device) {}

  get size(): number {
    return this.pipelines.size;
  }

  get(module: WgslModule, constants: Constants = {}): Promise<Pipeline> {
    const key = `${module.source}\u0000${JSON.stringify(Object.entries(constants).sort())}`;
    let found = this.pipelines.get(key);
    if (!found) this.pipelines.set(key, (found = this.create(module, constants)));
    return found;
  }

  private compile(module: WgslModule): Promise<GPUShaderModule> {
    let found = this.modules.get(module.source);
    if (!found) this.modules.set(module.source, (found = this.check(module)));
    return found;
  }

  private async check(module: WgslModule): Promise<GPUShaderModule> {
    const gpu = this.device.gpu;
    // The scope keeps the error from the device's own handler: it is reported here, with file and line.
    gpu.pushErrorScope('validation');
    const shader = gpu.createShaderModule({ code: module.source, label: module.name });
    const [error, info] = await Promise.all([gpu.popErrorScope(), shader.getCompilationInfo()]);
    const worst = info.messages.find((m) => m.type === 'error');
    // Using a module that failed can abort the process in Dawn, so it is never handed on.
    if (worst) throw new DeviceError('validation', `${originOf(module, worst.lineNum)}: ${worst.message}`);
    if (error) throw new DeviceError('validation', `${module.name}.wgsl: ${error.message}`);
    return shader;
  }

  private async create(module: WgslModule, constants: Constants): Promise<Pipeline> {
    const { bindings, overrides, entry } = inspectKernel(module);
    for (const name of Object.keys(constants)) {
      if (!overrides.has(name)) throw new Error(`${module.name}.wgsl has no override constant ${name}`);
    }
    const shader = await this.compile(module);
    const gpu = this.device.gpu;
    const type = { read: 'read-only-storage', read_write: 'storage', uniform: 'uniform' } as const;
    const layout = gpu.createBindGroupLayout({
      entries: bindings.map((b) => ({
        binding: b.index,
        visibility: 4 /* COMPUTE */,
        buffer: { type: type[b.access] },
      })),
    });
    try {
      const pipeline = await gpu.createComputePipelineAsync({
        label: module.name,
        layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: shader, entryPoint: entry, constants: { ...constants } },
      });
      return { pipeline, layout };
    } catch (error) {
      throw new DeviceError(
        'validation',
        `${module.name}.wgsl with ${JSON.stringify(constants)}: ${(error as Error).message}`,
      );
    }
  }
}

/** Packs a uniform block by a kernel's fields; every field must be given and every value must be a field. */
export function packParams(
  module: WgslModule,
  fields: readonly UniformField[],
  values: Readonly<Record<string, number>>,
): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(Math.ceil(fields.length / 4) * 16));
  for (const [i, field] of fields.entries()) {
    const value = values[field.name];
    if (value === undefined || Number.isNaN(value))
      throw new Error(`${module.name}.wgsl: no value for params.${field.name}`);
    if (field.type === 'f32') view.setFloat32(i * 4, value, true);
    else if (field.type === 'u32') view.setUint32(i * 4, value, true);
    else view.setInt32(i * 4, value, true);
  }
  for (const name of Object.keys(values)) {
    if (!fields.some((f) => f.name === name)) throw new Error(`${module.name}.wgsl: params has no field ${name}`);
  }
  return view.buffer;
}
