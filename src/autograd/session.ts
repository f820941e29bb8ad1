/** Everything that belongs together on one device: memory, pipelines, kernel choices and the step being recorded. */
import type { Call } from '../engine/call.ts';
import type { Device } from '../engine/device.ts';
import { inspectKernel, PipelineCache } from '../engine/kernel.ts';
import { Memory, Storage } from '../engine/memory/storage.ts';
import type { Profile } from '../engine/profile.ts';
import type { Program } from '../engine/program.ts';
import { Recorder } from '../engine/recorder.ts';
import { KernelChoices, type VariantTuner } from './kernels/choices.ts';
import { adapterOf } from './kernels/plan.ts';
import { withBatchFields } from './passes/batchedPairs.ts';
import { type PassName, runPasses } from './passes/index.ts';
import { type DType, type KernelLaunch, type OpSession, type Shape, sizeOf, Tensor } from './tensor.ts';

/** Settings of a session. */
export interface SessionOptions {
  /** Graph passes that recorded steps are not put through: to find out whether one of them is at fault. */
  disabledPasses?: readonly PassName[];
}

/** One device at work. Released as a whole by `destroy`. */
export class Session implements OpSession {
  /** Every buffer of the session. @internal */
  readonly memory: Memory;
  /** @internal */
  readonly choices: KernelChoices;
  /**
   * Chooses kernels by measuring while steps are recorded; null: what is known, or the fixed order. Set by `measuring`.
   * @internal
   */
  tuner: VariantTuner | null = null;
  /** Whether ops are put on the tape. @internal */
  taping = true;
  private recorder: Recorder | null = null;

  /** `pipelines`: of another session on the device, so that none is compiled twice. */
  constructor(
    /** What it computes on. */
    readonly device: Device,
    /** @internal */
    readonly pipelines: PipelineCache = new PipelineCache(device),
    /** As given. */
    readonly options: SessionOptions = {},
  ) {
    this.memory = new Memory(device);
    this.choices = new KernelChoices(adapterOf(this));
  }

  /** A lasting tensor: parameter, state, input or constant. Zeros unless data is given. */
  lasting(shape: Shape, label: string, data?: ArrayLike<number>, dtype: DType = 'f32'): Tensor {
    const values = data && typed(dtype, data);
    if (values && values.length !== sizeOf(shape))
      throw new Error(`${label}: ${values.length} values for shape [${shape}]`);
    return new Tensor(this, shape, dtype, this.memory.storage(sizeOf(shape) * 4, label, values));
  }

  /** A tensor of the step being recorded. */
  temporary(shape: Shape, label: string, dtype: DType = 'f32'): Tensor {
    return new Tensor(this, shape, dtype, new Storage(sizeOf(shape) * 4, label));
  }

  /** Sends values to the start of a lasting tensor. @throws RangeError if there are more of them than it holds. */
  write(tensor: Tensor, data: ArrayLike<number>): void {
    this.memory.write(tensor.storage, typed(tensor.dtype, data));
  }

  /** Adds a launch to the step being recorded. @internal */
  run(module: WgslModule, { read, write, ...rest }: KernelLaunch): void {
    const call: Call = { module, read: storages(read), write: storages(write), ...rest };
    this.active(module.name).dispatch(withBatchFields(call));
  }

  /** Like `run`, for plans that give all tensors in one list: the WGSL says which are written. @internal */
  launch(
    module: WgslModule,
    buffers: Readonly<Record<string, Tensor>>,
    { params, constants, groups }: Omit<KernelLaunch, 'read' | 'write'>,
  ): void {
    const { bindings } = inspectKernel(module);
    const written = new Set(bindings.filter((b) => b.access === 'read_write').map((b) => b.name));
    const part = (w: boolean): Record<string, Tensor> =>
      Object.fromEntries(Object.entries(buffers).filter(([name]) => written.has(name) === w));
    this.run(module, { read: part(false), write: part(true), params, constants, groups });
  }

  private active(what: string): Recorder {
    if (!this.recorder) throw new Error(`${what}: ops run inside session.record(...) or session.compute(...)`);
    return this.recorder;
  }

  /** The calls recorded so far in the present step, for placement decisions. @internal */
  get calls(): readonly Call[] {
    return this.active('calls').calls;
  }

  /**
   * Records a step. `step` runs now, twice if kernels had to be chosen by measuring first, so it has no effect but its
   * ops; the program that comes out is replayed. `constants`: lasting tensors that change only where the program is
   * told so (`Program.expire`); what depends on them alone is computed once, not in every run.
   * @throws Error if another step is being recorded. @throws DeviceError if a kernel does not compile.
   */
  async record(step: () => void, constants: readonly Tensor[] = []): Promise<Program> {
    let recorder = this.trace(step);
    const { tuner } = this;
    const questions = tuner ? this.choices.takeQuestions() : [];
    if (tuner && questions.length) {
      await tuner.settle(questions);
      recorder = this.trace(step);
    }
    const calls = runPasses(recorder.calls, {
      constants: new Set(constants.map((t) => t.storage.root)),
      disabled: this.options.disabledPasses,
    });
    return recorder.finish(calls);
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

  /**
   * Copies tensors' values to the host in one round trip, in the order given.
   * @throws Error if a tensor belongs to a step and was not kept.
   */
  async read(tensors: readonly Tensor[]): Promise<(Float32Array | Uint32Array)[]> {
    const data = await this.memory.read(tensors.map((t) => t.storage));
    return data.map((d, i) => (tensors[i].dtype === 'f32' ? new Float32Array(d) : new Uint32Array(d)));
  }

  /** Waits until the device has done everything submitted so far. @throws DeviceError if it reported a failure. */
  async idle(): Promise<void> {
    await this.device.gpu.queue.onSubmittedWorkDone();
    this.device.check();
  }

  /** Releases all memory and the device. */
  destroy(): void {
    this.memory.destroy();
    this.device.destroy();
  }
}

/** Values as the device takes them: as they are where they have that type already, since they are copied at once. */
function typed(dtype: DType, data: ArrayLike<number>): Float32Array | Uint32Array {
  const Type = dtype === 'f32' ? Float32Array : Uint32Array;
  return data instanceof Type ? data : Type.from(data);
}

const storages = (tensors: Readonly<Record<string, Tensor>>): Record<string, Storage> =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.storage]));
