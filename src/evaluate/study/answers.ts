/** Answers of a user study as they come back: CSV files, possibly edited in a spreadsheet, read and checked. */
import { UserError } from '../../data/errors.ts';
import { type Answer, columns } from './study.ts';

/**
 * Records of a CSV text (RFC 4180; LF or CRLF, a byte order mark is skipped) with the line each begins in; empty lines
 * are left out.
 */
export function parseCsv(text: string, file: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  let [line, start, quoted, value] = [1, 1, false, ''];
  let fields: string[] = [];
  const end = (): void => {
    fields.push(value);
    if (fields.length > 1 || value.trim()) records.push({ line: start, fields });
    [fields, value, start] = [[], '', line];
  };
  for (let i = text.startsWith('\ufeff') ? 1 : 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\n') line++;
    if (quoted) {
      if (c !== '"') value += c;
      else if (text[i + 1] === '"') {
        value += c;
        i++;
      } else quoted = false;
    } else if (c === '"' && !value) quoted = true;
    else if (c === ',') {
      fields.push(value);
      value = '';
    } else if (c === '\n') end();
    else if (c !== '\r' || text[i + 1] !== '\n') value += c;
  }
  if (quoted) throw new UserError(`${file} line ${start}: a quotation mark is not closed`);
  end();
  return records;
}

interface Placed {
  answer: Answer;
  file: string;
  line: number;
}

function readRow(fields: readonly string[], at: readonly number[], where: string): Answer {
  const get = (name: (typeof columns)[number]): string => (fields[at[columns.indexOf(name)]] ?? '').trim();
  const number = (name: 'rank' | 'time_ms' | 'seed', low: number, high: number): number => {
    const text = get(name),
      value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= low && value <= high))
      throw new UserError(`${where}: ${name} is "${text}"; a whole number from ${low} to ${high} is expected`);
    return value;
  };
  for (const name of ['participant', 'question', 'method'] as const)
    if (!get(name)) throw new UserError(`${where}: ${name} is empty`);
  return {
    participant: get('participant'),
    question: get('question'),
    method: get('method'),
    shown: get('shown'),
    rank: number('rank', 1, 26),
    timeMs: number('time_ms', 0, 1e10),
    seed: number('seed', 0, 2 ** 32 - 1),
  };
}

function readFile(text: string, file: string): Placed[] {
  const [head, ...records] = parseCsv(text, file);
  if (!head) throw new UserError(`${file}: is empty: give the CSV files that the study's page saved`);
  const at = columns.map((c) => head.fields.findIndex((f) => f.trim() === c));
  const missing = columns.filter((c, i) => at[i] < 0 && c !== 'shown');
  if (missing.length)
    throw new UserError(
      `${file} line ${head.line}: has no column ${missing.join(', ')}: give the CSV files that the study's page saved`,
    );
  return records.map(({ line, fields }) => {
    const where = `${file} line ${line}`;
    if (fields.length !== head.fields.length)
      throw new UserError(`${where}: has ${fields.length} fields, and the first line ${head.fields.length}`);
    return { answer: readRow(fields, at, where), file, line };
  });
}

/**
 * All answers of several files. A row that stands again unchanged (a participant saved twice) counts once; `repeated`
 * says how many did. Throws UserError with file and line: a field that cannot be, a rank given twice, an unfinished
 * question, methods that differ.
 */
export function readAnswers(files: readonly { name: string; text: string }[]): { answers: Answer[]; repeated: number } {
  const groups = new Map<string, Placed[]>();
  let repeated = 0;
  for (const row of files.flatMap(({ name, text }) => readFile(text, name))) {
    const { answer: a, file, line } = row;
    const key = JSON.stringify([a.participant, a.question]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const clash = group.find(({ answer: b }) => b.method === a.method || b.rank === a.rank);
    if (clash && JSON.stringify(clash.answer) === JSON.stringify(a)) {
      repeated++;
      continue;
    }
    if (clash)
      throw new UserError(
        `${file} line ${line}: ${a.participant} has ` +
          (clash.answer.method === a.method ? `ranked ${a.method}` : `given rank ${a.rank}`) +
          ` in question ${a.question} already (${clash.file} line ${clash.line})`,
      );
    group.push(row);
  }
  const all = [...groups.values()];
  if (!all.length)
    throw new UserError(`${files.map((f) => f.name).join(', ')}: no answers in ${files.length > 1 ? 'them' : 'it'}`);
  const methods = (g: readonly Placed[]): string[] => g.map(({ answer }) => answer.method).sort();
  const expected = methods(all.reduce((a, b) => (b.length > a.length ? b : a)));
  for (const g of all) {
    const { answer: a, file, line } = g[0];
    const where = `${file} line ${line}: ${a.participant}'s answer to question ${a.question}`;
    const beyond = g.find(({ answer }) => answer.rank > g.length);
    if (beyond)
      throw new UserError(`${where} has ${g.length} ranks, and one of them is ${beyond.answer.rank}: rows are missing`);
    if (methods(g).join('\n') !== expected.join('\n'))
      throw new UserError(
        `${where} is of ${methods(g).join(', ')}, and another of ${expected.join(', ')}: ` +
          'tally studies of the same methods together only',
      );
  }
  return { answers: all.flat().map((p) => p.answer), repeated };
}
