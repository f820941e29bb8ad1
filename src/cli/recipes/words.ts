/** Command lines as recipes record them. */
import type { FileRecord } from '../../model/run/runRecord.ts';

/** A word of a command line: a literal one, or an input file (a run folder stands for its weights). */
export type Word = string | FileRecord;

/** An option and its value as words: none where the value is absent or false, the name alone where it is true. */
export const option = (name: string, value: string | number | boolean | FileRecord | null | undefined): Word[] =>
  value === undefined || value === null || value === false
    ? []
    : value === true
      ? [name]
      : [name, typeof value === 'number' ? String(value) : value];
