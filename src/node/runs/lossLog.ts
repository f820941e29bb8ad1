/** losses.jsonl of a run folder, appended to while training goes on. */
import { promises as fs } from 'node:fs';
import { type LossRow, lossLine, lossRow, parseLosses } from '../../model/training/lossRows.ts';
import { writeFileAtomic } from '../files.ts';

/** losses.jsonl of a run folder. */
export class LossLog {
  private constructor(
    /** Of the file. */
    readonly path: string,
    /** One for each reading, in order. */
    readonly rows: LossRow[],
  ) {}

  /** Opens the log and drops what lies beyond a checkpoint: lines after its iteration, and a last line cut short. */
  static async open(path: string, iteration: number, write = true): Promise<LossLog> {
    const text = await fs.readFile(path, 'utf8').catch(() => '');
    const log = new LossLog(path, parseLosses(text, iteration));
    if (write && log.text !== text) await writeFileAtomic(path, log.text);
    return log;
  }

  private get text(): string {
    return this.rows.map(lossLine).join('');
  }

  /** Appends the losses of an iteration. */
  async add(iteration: number, losses: Record<string, number>): Promise<void> {
    const row = lossRow(iteration, losses);
    this.rows.push(row);
    await fs.appendFile(this.path, lossLine(row));
  }
}
