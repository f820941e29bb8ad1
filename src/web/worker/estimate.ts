/**
 * Time and memory of a training before it begins: from trials of the very steps at two small sizes, carried over by a
 * line through both in the number of pixels (a launch's cost, and a pixel's). Exact where the size itself is small
 * enough to try.
 */
import type { Session } from '../../autograd/session.ts';
import type { Source } from '../../data/prepare.ts';
import type { Config } from '../../model/config.ts';
import { PreparedSource } from '../../model/preparedSource.ts';
import { TrainingSession } from '../../model/training/session.ts';
import type { Estimate } from '../engineProtocol.ts';
import type { DeviceQueue } from './deviceQueue.ts';

interface Trial {
  pixels: number;
  /** Seconds of an iteration. */
  seconds: number;
  bytes: number;
}

export class Estimator {
  private readonly trials = new Map<string, Promise<Trial>>();
  /**
   * `open`: a session of its own for each trial. The timed part has the device for itself; between its steps previews
   * may come in.
   */
  constructor(
    private readonly open: () => Session,
    private readonly queue: DeviceQueue,
    private readonly software: boolean,
  ) {}

  /** `source`: of its output size for `c`. */
  async estimate(c: Config, source: Source): Promise<Estimate> {
    const pixels = (size: number): number => {
      const { width, height } = PreparedSource.for({ ...c, size }, source).grid.padding;
      return width * height;
    };
    const [small, large] = this.software ? [32, 48] : [64, 128];
    const least = Math.ceil((Math.max(source.width, source.height) / Math.min(source.width, source.height)) * 16);
    if (c.size <= Math.max(large, least)) return this.result(c, await this.trial(c, source, c.size), true);
    const a = await this.trial(c, source, Math.max(small, least));
    const b = await this.trial(c, source, Math.max(large, 1.5 * least));
    const at = pixels(c.size);
    // Noise may make the larger trial the cheaper one: a line never falls.
    const line = (ya: number, yb: number): number =>
      Math.max(yb, ya + (Math.max(0, yb - ya) * (at - a.pixels)) / Math.max(1, b.pixels - a.pixels));
    return this.result(c, { pixels: at, seconds: line(a.seconds, b.seconds), bytes: line(a.bytes, b.bytes) }, false);
  }

  private result(c: Config, { seconds, bytes }: Trial, exact: boolean): Estimate {
    return { iterations: c.iterations, seconds: seconds * c.iterations, bytes: Math.round(bytes), exact };
  }

  private trial(c: Config, source: Source, size: number): Promise<Trial> {
    const { iterations: _i, decayFrom: _d, seed: _s, augment: _a, ...rest } = c;
    const key = JSON.stringify([rest, size, source.width, source.height, source.palette.classes.length]);
    let known = this.trials.get(key);
    if (!known) {
      this.trials.set(key, (known = this.measure({ ...c, size }, source)));
      known.catch(() => this.trials.delete(key));
    }
    return known;
  }

  private async measure(config: Config, source: Source): Promise<Trial> {
    const session = this.open();
    try {
      const prepared = PreparedSource.for(config, source);
      const training = await TrainingSession.open({ session, config, prepared, device: this.queue.sharing });
      const seconds = (await training.estimate()) / config.iterations;
      const { width, height } = prepared.grid.padding;
      return { pixels: width * height, seconds, bytes: session.memory.bytes };
    } finally {
      session.memory.destroy();
    }
  }
}
