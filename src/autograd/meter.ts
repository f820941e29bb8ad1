/** Losses as they collect on the device: summed over steps, read and cleared every few of them. */
import kernel from '../shaders/loss/accumulate.wgsl';
import type { Session } from './session.ts';
import type { Tensor } from './tensor.ts';

const slots = 64;

/** Sums of losses by name, 64 at most, on the device; nothing is read back until `read`. */
export class Meter {
  private readonly sums: Tensor;
  private readonly names: string[] = [];
  private readonly counts: number[] = [];
  constructor(private readonly session: Session) {
    this.sums = session.lasting([slots], 'losses');
  }

  /**
   * Records that these losses, [1] each, are to be added under their names. Returns the slots, to be counted on each
   * replay.
   */
  add(losses: Readonly<Record<string, Tensor>>): number[] {
    const added = Object.keys(losses).map((name) => this.slot(name));
    const values = Object.values(losses);
    for (let at = 0; at < values.length; at += 6) {
      const [x, to] = [values.slice(at, at + 6), added.slice(at, at + 6)];
      const six = <T>(key: string, of: (k: number) => T): Record<string, T> =>
        Object.fromEntries(Array.from({ length: 6 }, (_, k) => [`${key}${k}`, of(Math.min(k, x.length - 1))]));
      this.session.run(kernel, {
        read: six('x', (k) => x[k]),
        write: { sums: this.sums },
        params: { count: x.length, ...six('s', (k) => to[k]) },
        groups: [1],
      });
    }
    return added;
  }

  private slot(name: string): number {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    if (this.names.length === slots) throw new Error(`meter: more than ${slots} losses`);
    this.counts.push(0);
    return this.names.push(name) - 1;
  }

  /** Counts one replay of a program that adds to these slots. */
  count(added: readonly number[]): void {
    for (const slot of added) this.counts[slot]++;
  }

  /** Means since the last read, by name; names without a step since then are left out. */
  async read(): Promise<Record<string, number>> {
    const [sums] = await this.session.read([this.sums]);
    this.session.write(this.sums, new Float32Array(slots));
    const out: Record<string, number> = {};
    for (const [i, name] of this.names.entries()) if (this.counts[i]) out[name] = sums[i] / this.counts[i];
    this.counts.fill(0);
    return out;
  }
}
