/**
 * Device memory. A `Storage` is a range of bytes that kernels bind. Lasting storages have their memory at once; a
 * step's storages are only names until the recorder plans them, so that their memory can be shared by lifetime.
 */
import type { Device } from '../device.ts';

/** Bind offsets are multiples of this; 256 is the largest value WebGPU allows an adapter to ask for. */
export const alignment = 256;
/** `bytes` rounded up to a whole number of alignments; at least one. */
export const align = (bytes: number): number => Math.ceil(Math.max(bytes, 4) / alignment) * alignment;

/** A range of bytes that kernels bind: of a buffer of its own, of another storage, or not placed yet. */
export class Storage {
  buffer: GPUBuffer | null = null;
  offset = 0;
  /** Keeps its contents after the program that wrote it, so its memory is not shared. */
  kept = false;
  /** Values that a program brings along: uploaded when it is made, never written by a kernel. */
  contents: ArrayBufferView | null = null;
  /** The storage that this one is a range of, if it has no memory of its own. */
  private host: Storage | null = null;
  private hostOffset = 0;

  constructor(
    readonly bytes: number,
    readonly label: string,
  ) {}

  /** A storage of constant values, which belongs to the program whose calls read it. */
  static of(contents: ArrayBufferView, label: string): Storage {
    const s = new Storage(contents.byteLength, label);
    s.contents = contents;
    return s;
  }

  /** The storage whose memory this one lies in: itself, or what it is a range of. */
  get root(): Storage {
    return this.host ? this.host.root : this;
  }
  /** Whether it has memory now: all lasting storages do, a step's only while it is compiled. */
  get lasting(): boolean {
    return this.root.buffer !== null;
  }
  /** Whether it is a range of another storage. */
  get placed(): boolean {
    return this.host !== null;
  }
  /** The buffer its bytes lie in. */
  get target(): GPUBuffer | null {
    return this.root.buffer;
  }
  /** Its first byte in that buffer. */
  get start(): number {
    return this.host ? this.host.start + this.hostOffset : this.offset;
  }

  /**
   * Makes this step storage a range of another, e.g. a gradient a range of the optimizer's vector, a sample one of its
   * batch.
   * @throws Error if it has its memory already, or does not fit there.
   */
  place(host: Storage, offset: number): void {
    if (this.buffer || this.host || this.kept || this.contents)
      throw new Error(`storage ${this.label} already has its memory`);
    if (offset % alignment) throw new Error(`${this.label}: offset ${offset} is not a multiple of ${alignment}`);
    if (offset + this.bytes > align(host.bytes))
      throw new Error(`${this.label}: ${this.bytes} bytes from ${offset} on do not fit into ${host.label}`);
    this.host = host;
    this.hostOffset = offset;
  }

  /** A range of this storage as a storage of its own; the memory stays shared. */
  range(offset: number, bytes: number, label: string): Storage {
    const s = new Storage(bytes, label);
    s.place(this, offset);
    return s;
  }
}

/** Owns every buffer of one device, so that memory can be counted and released as a whole. */
export class Memory {
  private readonly owned = new Set<GPUBuffer>();
  private readonly shared: GPUBuffer[] = [];
  /** Bytes of all live buffers. */
  bytes = 0;
  /** The most that `bytes` has been; may be set back to it, to measure a stretch of work. */
  peak = 0;
  /** Buffers made so far; a training loop must not raise it. */
  created = 0;
  constructor(private readonly device: Device) {}

  /** A buffer of its own, counted. @throws RangeError if it is larger than the adapter's largest. */
  buffer(bytes: number, usage: number, label: string): GPUBuffer {
    const limit = this.device.limits.maxBufferSize;
    if (bytes > limit)
      throw new RangeError(`${label} needs ${bytes} bytes, more than the adapter's largest buffer (${limit})`);
    const buffer = this.device.gpu.createBuffer({ size: bytes, usage, label });
    this.owned.add(buffer);
    this.bytes += bytes;
    this.peak = Math.max(this.peak, this.bytes);
    this.created++;
    return buffer;
  }

  /** A lasting storage of zeros, or of `data`. */
  storage(bytes: number, label: string, data?: ArrayBufferView): Storage {
    const s = new Storage(bytes, label);
    s.buffer = this.buffer(align(bytes), usage.storage, label);
    if (data) this.write(s, data);
    return s;
  }

  /**
   * Buffers of at least these sizes for the step memory of one program. Programs run one after the other on the queue
   * and nothing in step memory outlives a run, so all programs share one set.
   */
  stepBuffers(sizes: readonly number[]): GPUBuffer[] {
    const free = [...this.shared].sort((a, b) => a.size - b.size);
    const result = new Array<GPUBuffer>(sizes.length);
    const order = sizes.map((bytes, i) => ({ bytes, i })).sort((a, b) => b.bytes - a.bytes);
    for (const { bytes, i } of order) {
      const at = free.findIndex((b) => b.size >= bytes);
      if (at >= 0) result[i] = free.splice(at, 1)[0];
      else this.shared.push((result[i] = this.buffer(bytes, usage.storage, 'step memory')));
    }
    return result;
  }

  /** Sends values to a lasting storage, from byte `at` on. @throws RangeError if they are more than it holds. */
  write(storage: Storage, data: ArrayBufferView, at = 0): void {
    if (at + data.byteLength > storage.bytes)
      throw new RangeError(`${storage.label}: ${data.byteLength} bytes at ${at} into ${storage.bytes}`);
    this.device.gpu.queue.writeBuffer(
      storage.target!,
      storage.start + at,
      data.buffer as ArrayBuffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /**
   * Copies storages back to the host in one round trip.
   * @throws Error if one has no memory to read. @throws DeviceError if the device failed.
   */
  async read(storages: readonly Storage[]): Promise<ArrayBuffer[]> {
    const gpu = this.device.gpu;
    const offsets: number[] = [];
    let total = 0;
    for (const s of storages) {
      offsets.push(total);
      total += align(s.bytes);
    }
    const staging = gpu.createBuffer({ size: Math.max(total, 4), usage: usage.staging, label: 'read-back' });
    const encoder = gpu.createCommandEncoder();
    for (const [i, s] of storages.entries()) {
      if (!s.target) throw new Error(`storage ${s.label} has no memory to read: keep it, or read it in the step`);
      encoder.copyBufferToBuffer(s.target, s.start, staging, offsets[i], Math.ceil(s.bytes / 4) * 4);
    }
    gpu.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(1 /* READ */);
      const all = staging.getMappedRange();
      return storages.map((s, i) => all.slice(offsets[i], offsets[i] + s.bytes));
    } catch (error) {
      await Promise.resolve();
      this.device.check();
      throw error;
    } finally {
      staging.destroy();
    }
  }

  /** Destroys a buffer of this memory; another is left alone. */
  release(buffer: GPUBuffer): void {
    if (!this.owned.delete(buffer)) return;
    this.bytes -= buffer.size;
    buffer.destroy();
  }

  /**
   * Runs `work` and releases every lasting storage made meanwhile: for one-off jobs beside a training. Not to be nested
   * with other work in flight.
   */
  async scope<T>(work: () => Promise<T>): Promise<T> {
    const before = new Set(this.owned);
    try {
      return await work();
    } finally {
      for (const buffer of [...this.owned])
        if (!before.has(buffer) && !this.shared.includes(buffer)) this.release(buffer);
    }
  }

  /** Destroys all buffers. */
  destroy(): void {
    for (const buffer of [...this.owned]) this.release(buffer);
    this.shared.length = 0;
  }
}

/** WebGPU usage flags by purpose; the numbers are the standard's, since Node has no GPUBufferUsage global. */
export const usage = {
  storage: 0x80 | 0x08 | 0x04, // STORAGE | COPY_DST | COPY_SRC
  uniform: 0x40 | 0x08, // UNIFORM | COPY_DST
  staging: 0x01 | 0x08, // MAP_READ | COPY_DST
  query: 0x200 | 0x04, // QUERY_RESOLVE | COPY_SRC
} as const;
