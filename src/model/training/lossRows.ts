/** A reading of the losses, a line of losses.jsonl: the iteration, and means since the line before by name. */
export type LossRow = { iteration: number } & Record<string, number>;

/** A reading as it is kept: six digits are more than a loss has, and files stay small and readable. */
export const lossRow = (iteration: number, losses: Record<string, number>): LossRow => ({
  iteration,
  ...Object.fromEntries(Object.entries(losses).map(([k, v]) => [k, Number(v.toPrecision(6))])),
});

export const lossLine = (row: LossRow): string => `${JSON.stringify(row)}\n`;

/** The rows up to a checkpoint's iteration; what lies beyond, and a last line cut short, is left out. */
export function parseLosses(text: string, iteration: number): LossRow[] {
  const rows: LossRow[] = [];
  for (const line of text.split('\n')) {
    try {
      const row = JSON.parse(line) as LossRow;
      if (row.iteration <= iteration && row.iteration > (rows.at(-1)?.iteration ?? 0)) rows.push(row);
    } catch {
      /* cut short by a kill */
    }
  }
  return rows;
}
