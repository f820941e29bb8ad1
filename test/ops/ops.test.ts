/** Every op of the list, every case: forward and backward against float64 on this adapter. */
import { test } from 'uvu';
import { ops } from '../../src/autograd/ops/index.ts';
import { checkBackward, checkForward, gradsOf } from '../support/check.ts';

const only = process.env.SEMIA_OP;
for (const op of ops) {
  if (only && op.spec.name !== only) continue;
  for (const c of op.spec.cases) {
    test(`${op.spec.name} forward ${c.name}`, () => checkForward(op, c));
    if (op.spec.backward && gradsOf(c).length && !declaresNone(op.spec.name))
      test(`${op.spec.name} backward ${c.name}`, () => checkBackward(op, c));
  }
}
function declaresNone(name: string): boolean {
  return name === 'sign';
}
test.run();
