/**
 * The user study of the paper's Section 4 ("rank A, B, C by appearance similarity with the left image"): what is shown
 * in which order, and the answers as CSV. The page (cli/studyScript.ts) and the tests use the same functions.
 */
import { fnv1a, HostRandom, hashAt } from '../../engine/random.ts';

/** One rank that one participant gave one method's picture. */
export interface Answer {
  participant: string;
  /** What was asked about: the target, with its folder where there are several. */
  question: string;
  method: string;
  /** 1: most alike. */
  rank: number;
  /** Milliseconds that the question was looked at, the page being visible; the same in all rows of a question. */
  timeMs: number;
  seed: number;
  /** The letter it was shown as: A first. With this the shuffle is on record. */
  shown: string;
}

/** The data in the study's page. It holds the methods' names only sealed, in `key`. */
export interface StudyData {
  /** Of the content: what is kept in the browser belongs to it. */
  id: string;
  seed: number;
  /** JSON, sealed by `seal`, of { methods, questions }, names in the order of the indices below. */
  key: string;
  /** The pictures to compare with, as data URIs. */
  models: string[];
  /** `pictures`: by method. */
  questions: { model: number; pictures: string[] }[];
}

/** A permutation of 0..count-1 (Fisher-Yates), decided by the words alone: study seed, participant, question. */
export function permutation(count: number, ...words: (string | number)[]): number[] {
  const random = new HostRandom(fnv1a(JSON.stringify(words)));
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The letter of the i-th picture, counted from 0. */
export const letter = (i: number): string => String.fromCharCode(65 + i);

/**
 * Text that a glance at the page's source does not read, as hexadecimal. It keeps participants blind, not secrets safe.
 */
export function seal(text: string, seed: number): string {
  return Array.from(new TextEncoder().encode(text), (b, i) =>
    (b ^ Math.floor(256 * hashAt(seed ^ 0x5ea1, i))).toString(16).padStart(2, '0'),
  ).join('');
}
/** seal's inverse. */
export function unseal(sealed: string, seed: number): string {
  const bytes = Uint8Array.from(
    { length: sealed.length / 2 },
    (_, i) => parseInt(sealed.slice(2 * i, 2 * i + 2), 16) ^ Math.floor(256 * hashAt(seed ^ 0x5ea1, i)),
  );
  return new TextDecoder().decode(bytes);
}

export const columns = ['participant', 'question', 'method', 'rank', 'time_ms', 'seed', 'shown'] as const;

const field = (v: string | number): string =>
  /[",\r\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);
/** Rows of fields as CSV (RFC 4180). */
export const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((r) => `${r.map(field).join(',')}\r\n`).join('');

/** The answers as `semia study --tally` reads them. */
export const answersCsv = (answers: readonly Answer[]): string =>
  csv([
    columns,
    ...answers.map((a) => [a.participant, a.question, a.method, a.rank, Math.round(a.timeMs), a.seed, a.shown]),
  ]);
