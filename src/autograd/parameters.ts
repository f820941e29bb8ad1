/**
 * The parameters of one network in one flat vector, with their gradients and Adam moments beside: spectral
 * normalization and the optimizer run over all of them in a few launches.
 */
import { align, type Storage } from '../engine/memory/storage.ts';
import { fill } from './kernels/fill.ts';
import { assign } from './kernels/strided.ts';
import { Adam, type AdamOptions } from './optimizer/adam.ts';
import { rowsOf, Spectral, type SpectralKind, sigmaOf } from './optimizer/spectral.ts';
import type { Session } from './session.ts';
import { gradients } from './tape.ts';
import { type Shape, sizeOf, type Tensor } from './tensor.ts';

/** One parameter: its name, unique in its network, its shape, and its values to start with. */
export interface ParameterSpec {
  name: string;
  shape: Shape;
  init: Float32Array;
  /** Set for weights used as W / sigma(W); `u` is the start vector of the power iteration. */
  spectral?: { kind: SpectralKind; u: Float32Array };
}

/** Settings of a backward pass. */
export interface BackwardOptions {
  /** Parameters that the loss does not depend on; their gradient is 0. */
  unused?: (name: string) => boolean;
}

/** The parameters of one network. Tensors that the network computes with come from `get`. */
export class Parameters {
  readonly names: readonly string[];
  private readonly vector: Tensor;
  private readonly gradient: Tensor;
  private readonly effective: Tensor | null;
  private readonly spectral: Spectral | null;
  private readonly adam: Adam;
  private readonly offsets = new Map<string, number>();
  private readonly leaves = new Map<string, Tensor>();
  private readonly shapes = new Map<string, Shape>();
  private changes = 0;

  constructor(
    readonly session: Session,
    readonly label: string,
    readonly specs: readonly ParameterSpec[],
    options: AdamOptions,
  ) {
    this.names = specs.map((s) => s.name);
    if (new Set(this.names).size !== specs.length) throw new Error(`${label}: a parameter name is used twice`);
    let total = 0;
    for (const s of specs) {
      if (s.init.length !== sizeOf(s.shape))
        throw new Error(`${label}.${s.name}: ${s.init.length} values for [${s.shape}]`);
      this.offsets.set(s.name, total);
      this.shapes.set(s.name, s.shape);
      total += align(s.init.length * 4) / 4;
    }
    const data = new Float32Array(total);
    for (const s of specs) data.set(s.init, this.offsets.get(s.name)!);
    const vector = (what: string, values?: Float32Array): Tensor =>
      session.lasting([total], `${label}.${what}`, values);
    this.vector = vector('parameters', data);
    this.gradient = vector('gradients');
    this.adam = new Adam(session, label, total, options);
    const normed = specs.filter((s) => s.spectral);
    this.effective = normed.length ? vector('effective') : null;
    this.spectral = normed.length
      ? new Spectral(
          session,
          normed.map((s) => ({ offset: this.offsets.get(s.name)!, shape: s.shape, kind: s.spectral!.kind })),
          Float32Array.from(normed.flatMap((s) => [...s.spectral!.u])),
          total,
        )
      : null;
    for (const s of specs) {
      const t = this.slice(s.spectral ? this.effective! : this.vector, s.name);
      t.requiresGrad = true;
      this.leaves.set(s.name, t);
    }
  }

  /** Number of parameter values, padding not counted. */
  get count(): number {
    return this.specs.reduce((n, s) => n + sizeOf(s.shape), 0);
  }
  /** Adam steps taken. */
  get step(): number {
    return this.adam.steps;
  }
  /** Another number, never one it was before, whenever the host has begun a step or restored a state. */
  get version(): number {
    return this.changes;
  }

  private slice(of: Tensor, name: string): Tensor {
    return of.range(this.offsets.get(name)!, this.shapes.get(name)!, `${this.label}.${name}`);
  }

  /**
   * What the network computes with: the parameter, or its spectrally normalized form. Valid after `prepare` in a step.
   */
  get(name: string): Tensor {
    const t = this.leaves.get(name);
    if (!t) throw new Error(`${this.label}: no parameter ${name}`);
    return t;
  }
  /** Whether there is a parameter of this name. */
  has(name: string): boolean {
    return this.leaves.has(name);
  }

  /** Records spectral normalization for this forward; once per forward, before any `get` is used. */
  prepare({ freeze = false } = {}): void {
    this.spectral?.forward(this.vector, this.effective!, freeze);
  }

  /**
   * Records the backward pass of `loss` into all parameters.
   * @throws Error if a parameter that is not `unused` does not influence the loss.
   */
  backward(loss: Tensor, options: BackwardOptions = {}): void {
    this.differentiate(loss, options);
    this.spectral?.backward(this.vector, this.gradient);
  }

  /**
   * Records `backward` and `update` as one, in fewer passes over memory: spectrally normed weights' gradients are never
   * written.
   */
  descend(loss: Tensor, options: BackwardOptions = {}): void {
    this.differentiate(loss, options);
    if (this.spectral) this.spectral.update(this.vector, this.gradient, this.adam.moments, this.adam.hyper);
    else this.update();
  }

  /** Gradients towards what the network computes with. */
  private differentiate(loss: Tensor, { unused = () => false }: BackwardOptions): void {
    const used = this.names.filter((n) => !unused(n));
    // The unused lie between the others: all is cleared first.
    if (used.length < this.names.length)
      fill(this.session, [this.gradient.size], 0).storage.place(this.gradient.storage, 0);
    const grads = gradients(
      loss,
      used.map((n) => this.leaves.get(n)!),
    );
    for (const [i, g] of grads.entries()) this.store(g, used[i]);
  }

  /** Puts a gradient into the flat vector: by giving its memory there where possible, else by a copy. */
  private store(g: Tensor, name: string): void {
    const s: Storage = g.storage;
    const read = this.session.calls.some((c) => Object.values(c.read).some((r) => r.root === s));
    if (!read && !s.lasting && !s.placed && !s.kept) s.place(this.gradient.storage, this.offsets.get(name)! * 4);
    else assign(g, this.slice(this.gradient, name));
  }

  /** Records Adam's update from the stored gradients. */
  update(): void {
    this.adam.update(this.vector, this.gradient);
  }

  /** Host side of one Adam step, before its program runs: counts it and sends the rate with the bias corrections. */
  advance(rate: number): void {
    this.changes++;
    this.adam.advance(rate);
  }

  /** All lasting state by name, for a checkpoint: parameters, moments, power-iteration vectors. */
  async state(): Promise<Map<string, { shape: Shape; data: Float32Array }>> {
    const [p, moments, u] = (await this.session.read([
      this.vector,
      this.adam.moments,
      ...(this.spectral ? [this.spectral.u] : []),
    ])) as Float32Array[];
    const [m, v] = [moments.subarray(0, p.length), moments.subarray(p.length)];
    const out = new Map<string, { shape: Shape; data: Float32Array }>();
    const starts = [...(this.spectral?.rowsAt ?? [])];
    for (const s of this.specs) {
      const from = this.offsets.get(s.name)!;
      const size = sizeOf(s.shape);
      for (const [suffix, vector] of [
        ['', p],
        ['.adam1', m],
        ['.adam2', v],
      ] as const)
        out.set(s.name + suffix, { shape: s.shape, data: vector.slice(from, from + size) });
      if (s.spectral) {
        const rows = rowsOf(s.shape, s.spectral.kind);
        out.set(`${s.name}.u`, { shape: [rows], data: u.slice(starts[0], starts.shift()! + rows) });
      }
    }
    return out;
  }

  /**
   * Restores what `state` gave; with `.v` for all spectral weights (PyTorch's weight_v) frozen forwards use u W v as
   * sigma. Missing or misshapen entries throw, naming the entry.
   */
  restore(state: ReadonlyMap<string, { shape: Shape; data: Float32Array }>, steps: number): void {
    const part = (name: string, size: number): Float32Array => {
      const found = state.get(name);
      if (!found || found.data.length !== size)
        throw new Error(
          `${this.label}: ${name} is ${found ? `[${found.shape}]` : 'missing'}, ${size} values are expected`,
        );
      return found.data;
    };
    const vectors = ['', '.adam1', '.adam2'].map((suffix) => {
      const flat = new Float32Array(this.vector.size);
      for (const s of this.specs) flat.set(part(s.name + suffix, sizeOf(s.shape)), this.offsets.get(s.name)!);
      return flat;
    });
    const u = this.specs
      .filter((s) => s.spectral)
      .flatMap((s) => [...part(`${s.name}.u`, rowsOf(s.shape, s.spectral!.kind))]);
    this.session.write(this.vector, vectors[0]);
    const moments = new Float32Array(this.adam.moments.size);
    moments.set(vectors[1]);
    moments.set(vectors[2], this.vector.size);
    this.session.write(this.adam.moments, moments);
    this.spectral?.restore(Float32Array.from(u));
    const normed = this.specs.filter((s) => s.spectral);
    if (normed.length && normed.every((s) => state.has(`${s.name}.v`))) {
      this.spectral!.fix(
        normed.map((s) =>
          sigmaOf(
            part(s.name, sizeOf(s.shape)),
            s.shape,
            s.spectral!.kind,
            part(`${s.name}.u`, rowsOf(s.shape, s.spectral!.kind)),
            state.get(`${s.name}.v`)!.data,
          ),
        ),
      );
    }
    this.adam.steps = steps;
    this.changes++;
  }

  /** The gradients stored by the last step, by parameter name: for tests. */
  async readGradients(): Promise<Map<string, Float32Array>> {
    const [g] = (await this.session.read([this.gradient])) as Float32Array[];
    return new Map(
      this.specs.map((s) => [s.name, g.slice(this.offsets.get(s.name)!, this.offsets.get(s.name)! + sizeOf(s.shape))]),
    );
  }
}
