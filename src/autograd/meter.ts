/** Losses as they collect on the device: summed over steps, read and cleared every few of them. */
import kernel from '../shaders/losses.accumulate.wgsl';
import type { Session, Tensor } from './tensor.ts';

const slots = 64;

export class Meter {
  private readonly sums: Tensor;
  private readonly names: string[] = [];
  private readonly counts: number[] = [];
  constructor(private readonly session: Session) {
    this.sums = session.lasting([slots], 'losses');
  }

  /** Records that `value` [1] is to be added under `name`. Returns the slot, to be counted on each replay. */
  add(name: string, value: Tensor): number {
    let slot = this.names.indexOf(name);
    if (slot < 0) {
      slot = this.names.push(name) - 1;
      if (slot >= slots) throw new Error(`meter: more than ${slots} losses`);
      this.counts.push(0);
    }
    this.session.run(kernel, { read: { value }, write: { sums: this.sums }, params: { slot }, groups: [1] });
    return slot;
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
