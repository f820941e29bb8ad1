/**
 * The ops' test cases as data: op-cases.json, which make_ops.py reads, and the key by which a golden knows its case.
 * `node test/goldens/make/ops.mjs` makes both files anew.
 */
import { writeFileSync } from 'node:fs';
import type { Case, Op } from '../../src/autograd/op.ts';
import { ops } from '../../src/autograd/ops/index.ts';
import { fnv1a } from '../../src/engine/random.ts';
import { caseInputs, gradsOf } from '../support/check.ts';

/** `values`: base64 of little-endian f32 (or u32). Without: hash_uniform('<op>/<case>/<index>'). */
interface InputEntry {
  shape: readonly number[];
  dtype?: 'u32';
  values?: string;
}
export interface CaseEntry {
  name: string;
  attrs: unknown;
  inputs: InputEntry[];
  grads: readonly number[];
}

/** One case as data. JSON has no infinity: it becomes the text 'Infinity'. */
export function caseEntry(op: Op<unknown>, c: Case<unknown>): CaseEntry {
  const values = caseInputs(op, c);
  const inputs = c.inputs.map(({ shape, dtype, make }, i): InputEntry => {
    const array = dtype === 'u32' ? Uint32Array.from(values[i].data) : Float32Array.from(values[i].data);
    return {
      shape,
      ...(dtype === 'u32' ? { dtype } : {}),
      ...(make ? { values: Buffer.from(array.buffer).toString('base64') } : {}),
    };
  });
  return { name: c.name, attrs: c.attrs, inputs, grads: op.spec.backward ? gradsOf(c) : [] };
}
export const entryText = (entry: CaseEntry): string =>
  JSON.stringify(entry, (_key, v: unknown) => (v === Infinity ? 'Infinity' : v));

/** Changes when anything about the case changes; the golden carries that of the case it was made for. */
export const keyOf = (entry: CaseEntry): number => fnv1a(entryText(entry));

/** One line per case. */
function text(): string {
  const line = (op: Op<unknown>, c: Case<unknown>): string => {
    const entry = caseEntry(op, c);
    return `{"key":${keyOf(entry)},${entryText(entry).slice(1)}`;
  };
  const list = (op: Op<unknown>): string =>
    `"${op.spec.name}":[\n${op.spec.cases.map((c) => line(op, c)).join(',\n')}]`;
  return `{\n${ops.map(list).join(',\n')}\n}\n`;
}

/** Writes the file that make_ops.py reads. */
export const writeCases = (path: string): void => writeFileSync(path, text());
