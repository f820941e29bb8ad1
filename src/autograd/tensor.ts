/**
 * Tensors: a shape over device memory, and the tape's record of how it was made. Also what tensors and ops need of the
 * session they live in, as an interface, so that nothing here depends on session.ts.
 */
import type { Call } from '../engine/call.ts';
import type { Device } from '../engine/device.ts';
import type { Constants } from '../engine/kernel.ts';
import type { Storage } from '../engine/memory/storage.ts';
import type { KernelChoices } from './kernels/choices.ts';
import { type DType, type Shape, sizeOf } from './shape.ts';

export { type DType, type Shape, sameShape, sizeOf } from './shape.ts';

/** One kernel launch as ops write it: tensors by binding name. */
export interface KernelLaunch {
  /** Tensors of the bindings that the WGSL declares read-only. */
  read: Readonly<Record<string, Tensor>>;
  /** Tensors of the bindings that the WGSL declares read_write. */
  write: Readonly<Record<string, Tensor>>;
  /** Values of the fields of the kernel's `struct Params`. */
  params?: Readonly<Record<string, number>>;
  /** Values of the kernel's `override` constants. */
  constants?: Constants;
  /** Workgroups in x, y and z; 1 where left out. */
  groups: readonly [number, number?, number?];
}

/** What ops and the tape need of a session. `Session` in session.ts is the one implementation. */
export interface OpSession {
  readonly device: Device;
  /** Which kernel variants compute what. */
  readonly choices: KernelChoices;
  /** False while a backward pass runs whose gradients are not differentiated again. */
  taping: boolean;
  /** The calls recorded so far in the present step. @throws Error outside a recording. */
  readonly calls: readonly Call[];
  /** A tensor whose memory outlives steps: zeros, or `data`. @throws Error if `data` does not have the shape's size. */
  lasting(shape: Shape, label: string, data?: ArrayLike<number>, dtype?: DType): Tensor;
  /** A tensor of the step being recorded; its memory is shared with others by lifetime. */
  temporary(shape: Shape, label: string, dtype?: DType): Tensor;
  /** Sends values to the start of a lasting tensor. @throws RangeError if there are more of them than it holds. */
  write(tensor: Tensor, data: ArrayLike<number>): void;
  /** Adds a launch to the step. @throws Error outside a recording, or if the launch and the WGSL disagree. */
  run(module: WgslModule, launch: KernelLaunch): void;
  /** Like `run`, with all tensors in one list: the WGSL says which are written. */
  launch(
    module: WgslModule,
    buffers: Readonly<Record<string, Tensor>>,
    rest: Omit<KernelLaunch, 'read' | 'write'>,
  ): void;
}

/** A gradient that is zero outside a range of the input's values, which starts at `from` (a multiple of 4). */
export interface Part {
  part: Tensor;
  from: number;
}
/** Gradients by input. null declares that there is none; leaving a wanted one undefined is an error. */
export type InputGradients = readonly (Tensor | Part | null | undefined)[];

/** One entry of the tape: an op applied to inputs. Ids grow in the order of recording. */
export interface Node {
  id: number;
  /** The op's name, for messages. */
  op: string;
  inputs: readonly Tensor[];
  output: Tensor;
  /** Gradients of the inputs from the output's; `twice`: on the tape, to be differentiated again. */
  pull: (dy: Tensor, needs: readonly boolean[], twice: boolean) => InputGradients;
  /**
   * The same for the samples from `first` on alone, as many as dy has; null where that is not possible. Not on the
   * tape.
   */
  pullSamples: (dy: Tensor, first: number, needs: readonly boolean[]) => InputGradients | null;
}

/** A shape over device memory: dense, row-major, at most four axes, [N, C, H, W] for images. */
export class Tensor {
  /** The tape's record of how this tensor was made; null for leaves and untaped results. @internal */
  node: Node | null = null;
  /** True for parameters and everything on the tape that depends on one. */
  requiresGrad = false;
  /** Tensors come from a session (`Session.lasting`) and from ops. @internal */
  constructor(
    /** @internal */
    readonly session: OpSession,
    /** At most four axes. */
    readonly shape: Shape,
    /** Type of the values. */
    readonly dtype: DType,
    /** @internal */
    readonly storage: Storage,
  ) {}

  /** Number of values. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The same data under another shape; no copy, and not on the tape (the op `reshape` is).
   * @throws Error if the shape has another number of values.
   */
  view(shape: Shape): Tensor {
    if (sizeOf(shape) !== this.size)
      throw new Error(`view: [${this.shape}] has ${this.size} values, [${shape}] ${sizeOf(shape)}`);
    return new Tensor(this.session, shape, this.dtype, this.storage);
  }

  /**
   * The values from `from` on as a tensor of their own; no copy, and not on the tape.
   * @throws Error if `from` is no multiple of 64 (256 bytes) or the range ends behind the tensor.
   */
  range(from: number, shape: Shape, label = this.storage.label): Tensor {
    return new Tensor(this.session, shape, this.dtype, this.storage.range(from * 4, sizeOf(shape) * 4, label));
  }
}
