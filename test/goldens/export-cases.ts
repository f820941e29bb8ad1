/**
 * Writes op-cases.json, the ops' test cases as data, for make_ops.py. After adding or changing an op or a case:
 *   npx esbuild test/goldens/export-cases.ts --bundle --format=esm --platform=node --packages=external
 *   --loader:.wgsl=text --outfile=node_modules/.cache/export-cases.mjs && node node_modules/.cache/export-cases.mjs &&
 *   /usr/bin/python3 test/goldens/make/make_ops.py
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
  return `{\n${ops.map((op) => `"${op.spec.name}":[\n${op.spec.cases.map((c) => line(op, c)).join(',\n')}]`).join(',\n')}\n}\n`;
}

// The golden test imports this file too, and must not write.
if (/export-cases\.m?js$/.test(process.argv[1] ?? '')) writeFileSync('test/goldens/op-cases.json', text());
