/** Every op of the list, every case: forward and backward against float64 on this adapter. */
import { ops } from '../../src/autograd/ops/index.ts';
import { checkBackward, checkForward, gradsOf } from '../support/check.ts';
import { quick, suite } from '../support/suite.ts';

// An op is a suite of its own: `npm test -- ops/conv2d reflect`.
for (const op of ops) {
  const test = suite(`ops/${op.spec.name}`);
  for (const c of quick ? op.spec.cases.slice(0, 1) : op.spec.cases) {
    test(`${c.name}, forward`, () => checkForward(op, c));
    if (op.spec.backward && gradsOf(c).length && !declaresNone(op.spec.name))
      test(`${c.name}, backward`, () => checkBackward(op, c));
  }
  test.run();
}
function declaresNone(name: string): boolean {
  return name === 'sign';
}
