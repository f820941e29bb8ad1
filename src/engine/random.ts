/**
 * Counter-based random numbers on the host, the same bits on every machine: integer arithmetic only, no state but the
 * counter. The mixer is Wellons' `lowbias32` (2018); src/shaders/lib/random.wgsl has the same function.
 */
export function lowbias32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** FNV-1a, 32 bits, of a text's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** The i-th number of a stream, uniform in [0, 1) with 24 bits. */
export const hashAt = (stream: number, i: number): number =>
  (lowbias32((stream + Math.imul(i, 0x9e3779b9)) >>> 0) >>> 8) / 16777216;

/** The stream of one place in a program (`stream`, a number of its own) at one step: stream_of in lib/random.wgsl. */
export const streamOf = (seed: number, step: number, stream: number): number =>
  lowbias32((lowbias32((seed ^ 0x9e3779b9) >>> 0) + Math.imul(step, 0x85ebca6b) + stream) >>> 0);

/** `count` numbers uniform in [-1, 1), fixed by the name alone: test inputs and goldens are made of them. */
export function hashUniform(name: string, count: number): Float32Array {
  const stream = fnv1a(name);
  return Float32Array.from({ length: count }, (_, i) => hashAt(stream, i) * 2 - 1);
}

/** A host stream with a position that can be saved and restored: augmentation draws come from one. */
export class HostRandom {
  constructor(
    readonly seed: number,
    public position = 0,
  ) {}
  /** Uniform in [0, 1). */
  next(): number {
    return hashAt(lowbias32(this.seed >>> 0), this.position++);
  }
  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.next();
  }
}
