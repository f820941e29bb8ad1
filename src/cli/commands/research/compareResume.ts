/** What an interrupted comparison has finished: rows from DIR/results.json and the pictures beside it. */
import { join } from 'node:path';
import { UserError } from '../../../data/errors.ts';
import type { Picture } from '../../../data/image/image.ts';
import type { Report } from '../../../evaluate/evaluate.ts';
import type { ComparedMethod } from '../../../model/baselines/method.ts';
import { readPicture } from '../../../node/decode.ts';
import { readInput } from '../../../node/files.ts';
import type { Comparison, Row } from '../../reports/comparePage.ts';

interface Recorded {
  name: string;
  settings: string | null;
  failure: string | null;
  seconds: number;
  allowedSeconds: number | null;
  cores?: Row['cores'];
  memoryBytes: number;
  repeat: string;
  results: (Report & { target: string })[];
}
interface Record {
  inputs: Comparison['inputs'];
  spentSeconds: number;
  methods: Recorded[];
}

/**
 * The rows of these methods that are there, whole; failed ones are tried again. None where there is no record.
 * Throws UserError where the record is damaged, or of other inputs than `c`'s.
 */
export async function finishedRows(
  folder: string,
  c: Comparison,
  methods: readonly ComparedMethod[],
): Promise<{ rows: Row[]; spent: number }> {
  const path = join(folder, 'results.json');
  const bytes = await readInput(path).catch(() => null);
  if (!bytes) return { rows: [], spent: 0 };
  let record: Record;
  try {
    record = JSON.parse(new TextDecoder().decode(bytes), (_key, value: unknown) =>
      value === 'Infinity' ? Infinity : value,
    ) as Record;
    if (!Array.isArray(record.methods) || !Array.isArray(record.inputs.files)) throw new Error('incomplete');
  } catch {
    throw new UserError(`${path}: is damaged, or of an older version: leave out --resume, or give another folder`);
  }
  if (JSON.stringify(record.inputs) !== JSON.stringify(c.inputs))
    throw new UserError(
      `${folder}: was compared with other pictures, another --size or another --seed: leave out --resume, or ` +
        'give another folder',
    );
  const rows: Row[] = [];
  for (const method of methods) {
    const m = record.methods.find((x) => x.name === method.name);
    if (!m || m.failure !== null || m.results.length !== c.targets.length) continue;
    const pictures: Picture[] = [];
    for (const t of c.targets) pictures.push(await readPicture(join(folder, method.name, `${t.name}.png`)));
    const reports = m.results.map(({ target: _, ...report }) => report as Report);
    rows.push({
      method,
      outcome: { pictures, settings: m.settings ?? '', repeat: null },
      reports,
      seconds: m.seconds,
      allowed: m.allowedSeconds,
      memory: m.memoryBytes,
      cores: m.cores ?? null,
      repeat: m.repeat,
    });
  }
  return { rows, spent: Number(record.spentSeconds) || 0 };
}
