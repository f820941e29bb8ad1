/** losses.jsonl: one line for every reading of the losses, {iteration, ...means since the line before}. */
import { promises as fs } from 'node:fs';
import { writeFileAtomic } from './files.ts';

export type LossRow = { iteration: number } & Record<string, number>;

export class LossLog {
  private constructor(readonly path: string, readonly rows: LossRow[]) {}

  /** Opens the log and drops what lies beyond a checkpoint: lines after its iteration, and a last line cut short. */
  static async open(path: string, iteration: number, write = true): Promise<LossLog> {
    const text = await fs.readFile(path, 'utf8').catch(() => '');
    const rows: LossRow[] = [];
    for (const line of text.split('\n')) {
      try {
        const row = JSON.parse(line) as LossRow;
        if (row.iteration <= iteration && row.iteration > (rows.at(-1)?.iteration ?? 0)) rows.push(row);
      } catch { /* cut short by a kill */ }
    }
    const log = new LossLog(path, rows);
    if (write && log.text !== text) await writeFileAtomic(path, log.text);
    return log;
  }

  private get text(): string { return this.rows.map((r) => `${JSON.stringify(r)}\n`).join(''); }

  async add(iteration: number, losses: Record<string, number>): Promise<void> {
    // Six digits are more than a loss has: files stay small and readable.
    const rounded = Object.fromEntries(Object.entries(losses).map(([k, v]) => [k, Number(v.toPrecision(6))]));
    const row: LossRow = { iteration, ...rounded };
    this.rows.push(row);
    await fs.appendFile(this.path, `${JSON.stringify(row)}\n`);
  }
}
