/** What users get wrong, as the program says it. */
import * as assert from 'uvu/assert';
import { UserError } from '../../src/data/errors.ts';

/** Asserts that `act` throws, or rejects with, a UserError of one line that matches all of the patterns. */
export async function refused(act: () => unknown, ...patterns: RegExp[]): Promise<void> {
  let caught: unknown;
  try {
    await act();
  } catch (e) {
    caught = e;
  }
  assertRefusal(caught, patterns);
}

/** The same for what throws at once. */
export function refusedSync(act: () => unknown, ...patterns: RegExp[]): void {
  let caught: unknown;
  try {
    act();
  } catch (e) {
    caught = e;
  }
  assertRefusal(caught, patterns);
}

function assertRefusal(caught: unknown, patterns: readonly RegExp[]): void {
  assert.instance(caught, UserError, `expected a UserError like ${patterns[0]}, got ${caught}`);
  for (const pattern of patterns) assert.match((caught as Error).message, pattern);
  assert.not((caught as Error).message.includes('\n'), 'one line');
}
