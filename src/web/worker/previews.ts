/** Patch synthesis of what the visitor just painted: coarse first, and given up for a newer one. */
import type { Session } from '../../autograd/tensor.ts';
import { fullSource, type Source } from '../../data/prepare.ts';
import { synthesize } from '../../model/synthesis.ts';
import type { PreviewLevel, PreviewRequest, SourceInput } from '../protocol.ts';
import { pixelsOfCHW, sourceAt, targetAt } from './source.ts';
import type { Turns } from './turns.ts';

const remembered = 3;

export class Previews {
  private newest = 0;
  private readonly sources = new Map<number, Source>();
  constructor(private readonly session: Session, private readonly turns: Turns, private readonly input: SourceInput, private readonly onLevel: (level: PreviewLevel) => void) {}

  cancel(): void { this.newest++; }

  /** Gives the memory back, after what is under way. */
  close(): void {
    this.cancel();
    void this.turns.take(async () => this.session.memory.destroy());
  }

  /** The finest level, or null where a newer request or `cancel` came between. */
  async run({ target, size, skip = 0 }: PreviewRequest): Promise<PreviewLevel | null> {
    const mine = ++this.newest;
    const began = performance.now();
    const { photo } = this.input;
    const f = Math.min(1, size / Math.max(target.width, target.height));
    const full = Math.max(photo.width, photo.height) * f;
    let last: PreviewLevel | null = null;
    const steps = [4, 2, 1].filter((s) => Math.min(target.width, target.height) * f / s >= 24).slice(0, skip ? -skip : undefined);
    for (const [level, step] of steps.entries()) {
      const source = this.source(Math.max(16, Math.round(full / step)));
      const layout = targetAt(target, source, photo);
      const image = await this.turns.take(async () => (mine === this.newest ? synthesize(this.session, fullSource(source), layout, source.palette.classes.length) : null), { urgent: true });
      if (!image || mine !== this.newest) return null;
      last = { level, levels: steps.length, picture: pixelsOfCHW(image, layout.width, layout.height), field: null, ms: performance.now() - began };
      if (level < steps.length - 1) this.onLevel(last);
    }
    return last;
  }

  private source(longSide: number): Source {
    let found = this.sources.get(longSide);
    if (!found) this.sources.set(longSide, found = sourceAt(this.input, longSide));
    if (this.sources.size > remembered) this.sources.delete(this.sources.keys().next().value!);
    return found;
  }
}
