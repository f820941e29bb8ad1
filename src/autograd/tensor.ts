/** Tensors and the session they live in. Data is dense, row-major, at most four axes: [N, C, H, W] for images. */
import type { Device } from '../engine/device.ts';
import { inspectKernel, PipelineCache, type Constants } from '../engine/kernel.ts';
import type { Program } from '../engine/program.ts';
import type { Profile } from '../engine/profile.ts';
import { Recorder } from '../engine/recorder.ts';
import { Memory, Storage } from '../engine/memory/storage.ts';
import { KernelChoices } from './kernels/choices.ts';
import { fuseEpilogues } from './passes/epilogues.ts';
import { adapterOf } from './kernels/plan.ts';
import type { Node } from './tape.ts';
import type { Tuner } from './kernels/tune.ts';

export type Shape = readonly number[];
export type DType = 'f32' | 'u32';
export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

export class Tensor {
  /** The tape's record of how this tensor was made; null for leaves and untaped results. */
  node: Node | null = null;
  /** True for parameters and everything on the tape that depends on one. */
  requiresGrad = false;
  constructor(
    readonly session: Session,
    readonly shape: Shape,
    readonly dtype: DType,
    readonly storage: Storage,
  ) {}
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The same data under another shape; no copy. Part of the tape through the `reshape` op only. */
  view(shape: Shape): Tensor {
    if (sizeOf(shape) !== this.size)
      throw new Error(`view: [${this.shape}] has ${this.size} values, [${shape}] ${sizeOf(shape)}`);
    return new Tensor(this.session, shape, this.dtype, this.storage);
  }

  /**
   * The values from `from` on as a tensor of their own; no copy, and not on the tape. `from` is a multiple of 64 (256
   * bytes).
   */
  range(from: number, shape: Shape, label = this.storage.label): Tensor {
    return new Tensor(this.session, shape, this.dtype, this.storage.range(from * 4, sizeOf(shape) * 4, label));
  }
}

/** One kernel launch as ops write it: tensors by binding name. */
export interface KernelLaunch {
  read: Readonly<Record<string, Tensor>>;
  write: Readonly<Record<string, Tensor>>;
  params?: Readonly<Record<string, number>>;
  constants?: Constants;
  groups: readonly [number, number?, number?];
}

/**
 * Everything that belongs together on one device: memory that is released as a whole, pipelines, and the step being
 * recorded.
 */
export class Session {
  readonly memory: Memory;
  /** Which kernel variants compute what. */
  readonly choices: KernelChoices;
  /**
   * Chooses kernels by measuring while steps are recorded; null: what is known, or the fixed order. Set by `measuring`.
   */
  tuner: Tuner | null = null;
  private recorder: Recorder | null = null;
  /** Off while a backward pass runs that needs no gradients of its own. */
  taping = true;
  /** `pipelines`: of another session on the device, so that none is compiled twice. */
  constructor(
    readonly device: Device,
    readonly pipelines = new PipelineCache(device),
  ) {
    this.memory = new Memory(device);
    this.choices = new KernelChoices(adapterOf(this));
  }

  /** A lasting tensor: parameter, state, input or constant. Zeros unless data is given. */
  lasting(shape: Shape, label: string, data?: ArrayLike<number>, dtype: DType = 'f32'): Tensor {
    const values = data && (dtype === 'f32' ? Float32Array.from(data) : Uint32Array.from(data));
    if (values && values.length !== sizeOf(shape))
      throw new Error(`${label}: ${values.length} values for shape [${shape}]`);
    return new Tensor(this, shape, dtype, this.memory.storage(sizeOf(shape) * 4, label, values));
  }

  /** A tensor of the step being recorded. */
  temporary(shape: Shape, label: string, dtype: DType = 'f32'): Tensor {
    return new Tensor(this, shape, dtype, new Storage(sizeOf(shape) * 4, label));
  }

  write(tensor: Tensor, data: ArrayLike<number>): void {
    this.memory.write(tensor.storage, tensor.dtype === 'f32' ? Float32Array.from(data) : Uint32Array.from(data));
  }

  /** Adds a launch to the step being recorded. */
  run(module: WgslModule, { read, write, ...rest }: KernelLaunch): void {
    this.active(module.name).dispatch({ module, read: storages(read), write: storages(write), ...rest });
  }

  /** Like `run`, for plans that give all buffers in one list: the WGSL says which are written. */
  launch(
    module: WgslModule,
    buffers: Readonly<Record<string, Tensor>>,
    rest: Omit<KernelLaunch, 'read' | 'write'>,
  ): void {
    const written = new Set(
      inspectKernel(module)
        .bindings.filter((b) => b.access === 'read_write')
        .map((b) => b.name),
    );
    const part = (w: boolean): Record<string, Tensor> =>
      Object.fromEntries(Object.entries(buffers).filter(([name]) => written.has(name) === w));
    this.run(module, {
      read: part(false),
      write: part(true),
      params: rest.params,
      constants: rest.constants,
      groups: rest.groups,
    });
  }

  private active(what: string): Recorder {
    if (!this.recorder) throw new Error(`${what}: ops run inside session.record(...) or session.compute(...)`);
    return this.recorder;
  }

  /** The calls recorded so far in the present step, for placement decisions. */
  get calls(): Recorder['calls'] {
    return this.active('calls').calls;
  }

  /**
   * Records a step. `step` runs now, twice if kernels had to be chosen by measuring first, so it has no effect but its
   * ops; the
   * program that comes out is replayed. `still`: lasting tensors that change only where the program is told so
   * (`expire`); what
   * depends on them alone is computed once, not in every run.
   */
  async record(step: () => void, still: readonly Tensor[] = []): Promise<Program> {
    let recorder = this.trace(step);
    const { tuner } = this;
    const questions = tuner ? this.choices.takeQuestions() : [];
    if (tuner && questions.length) {
      await tuner.settle(questions);
      recorder = this.trace(step);
    }
    fuseEpilogues(recorder.calls);
    return recorder.finish(new Set(still.map((t) => t.storage.root)));
  }

  private trace(step: () => void): Recorder {
    if (this.recorder) throw new Error('record: another step is being recorded');
    const recorder = (this.recorder = new Recorder(this.device, this.memory, this.pipelines));
    try {
      step();
    } finally {
      this.recorder = null;
    }
    return recorder;
  }

  /** Records, runs once, and reads the results back: for tests and one-off work. */
  async compute(step: () => Tensor[], profile?: Profile): Promise<(Float32Array | Uint32Array)[]> {
    let results: Tensor[] = [];
    const program = await this.record(() => {
      results = step();
      for (const r of results) this.keep(r);
    });
    try {
      program.run(profile);
      return await this.read(results);
    } finally {
      program.destroy();
    }
  }

  /** Keeps a step tensor's memory out of the plan, so that it can be read after each run of the program. */
  keep(tensor: Tensor): Tensor {
    if (!tensor.storage.lasting) tensor.storage.root.kept = true;
    return tensor;
  }

  async read(tensors: readonly Tensor[]): Promise<(Float32Array | Uint32Array)[]> {
    const data = await this.memory.read(tensors.map((t) => t.storage));
    return data.map((d, i) => (tensors[i].dtype === 'f32' ? new Float32Array(d) : new Uint32Array(d)));
  }

  /** Waits until the device has done everything submitted so far. */
  async idle(): Promise<void> {
    await this.device.gpu.queue.onSubmittedWorkDone();
    this.device.check();
  }

  destroy(): void {
    this.memory.destroy();
    this.device.destroy();
  }
}

const storages = (tensors: Readonly<Record<string, Tensor>>): Record<string, Storage> =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.storage]));
