/** Patch synthesis of what the visitor just painted: coarse first, and given up for a newer one. */
import type { Session } from '../../autograd/session.ts';
import type { Source } from '../../data/prepare.ts';
import { type Previewer, previewerOf } from '../../model/synthesis/preview.ts';
import type { PreviewLevel, PreviewParams, SourceField, SourceInput } from '../engineProtocol.ts';
import type { DeviceQueue } from './deviceQueue.ts';
import { sourceAt, targetAt } from './source.ts';

/** The newest source sizes, whose resized photographs are kept. */
const remembered = 3;

/** What is prepared for a photograph at one longer side. */
interface Prepared {
  longSide: number;
  previewer: Previewer;
}

export class Previews {
  private newest = new AbortController();
  /** By longer side. */
  private readonly sources = new Map<number, Source>();
  /**
   * By `skip`: the preview within a stroke and the full one each keep what they have prepared, on sessions of their
   * own.
   */
  private readonly prepared = new Map<number, Prepared>();
  /** `open`: a new session on the device. */
  constructor(
    private readonly open: () => Session,
    private readonly queue: DeviceQueue,
    private readonly input: SourceInput,
    private readonly onLevel: (level: PreviewLevel) => void,
  ) {}

  cancel(): void {
    this.newest.abort();
  }

  /** Gives the memory back, after what is under way. */
  close(): void {
    this.cancel();
    void this.queue.take(async () => {
      for (const { previewer } of this.prepared.values()) {
        await previewer.close();
        previewer.session.memory.destroy();
      }
      this.prepared.clear();
    });
  }

  /** The finest level, or null where a newer request or `cancel` came between. */
  async run({ target, size, skip = 0, seed = 0 }: PreviewParams): Promise<PreviewLevel | null> {
    this.cancel();
    const { signal } = (this.newest = new AbortController());
    const began = performance.now();
    const { photo } = this.input;
    const f = Math.min(1, size / Math.max(target.width, target.height)) / 2 ** skip;
    const longSide = Math.round(Math.max(photo.width, photo.height) * f);
    const source = this.source(longSide);
    const layout = targetAt(target, source, photo);
    try {
      return await this.queue.take(async () => {
        signal.throwIfAborted();
        const previewer = await this.previewer(skip, longSide, source);
        let levels = 1;
        const { image, field } = await previewer.run({
          target: layout,
          seed,
          signal,
          onLevel: ({ level, of, width, height, data }) => {
            levels = of;
            if (level < of - 1)
              this.onLevel({
                level,
                levels: of,
                picture: { width, height, data: new Uint8ClampedArray(data) },
                field: null,
                ms: performance.now() - began,
              });
          },
        });
        const distance = Float32Array.from(field!.distances, (cost) => 127.5 * Math.sqrt(Math.max(0, cost) / 3));
        const found: SourceField = {
          width: image.width,
          height: image.height,
          source: { width: source.width, height: source.height },
          pixels: Uint32Array.from(field!.indices),
          distance,
        };
        return {
          level: levels - 1,
          levels,
          picture: { width: image.width, height: image.height, data: new Uint8ClampedArray(image.data) },
          field: found,
          ms: performance.now() - began,
        };
      }, 'preview');
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  private async previewer(skip: number, longSide: number, source: Source): Promise<Previewer> {
    const old = this.prepared.get(skip);
    if (old?.longSide === longSide) return old.previewer;
    await old?.previewer.close();
    const previewer = previewerOf(old?.previewer.session ?? this.open(), source);
    this.prepared.set(skip, { longSide, previewer });
    return previewer;
  }

  private source(longSide: number): Source {
    let found = this.sources.get(longSide);
    if (!found) this.sources.set(longSide, (found = sourceAt(this.input, longSide)));
    if (this.sources.size > remembered) this.sources.delete(this.sources.keys().next().value!);
    return found;
  }
}
