/**
 * What users get wrong on the command line: each case ends with exit code 2, one line on stderr that says what is
 * wrong, and nothing written.
 */
import * as assert from 'uvu/assert';
import { folder, listing, run } from '../child.ts';
import { runInProcess } from '../inProcess.ts';
import { test } from '../suite.ts';

export interface Refusal {
  name: string;
  args: string[];
  /** What the line on stderr says. */
  says: RegExp;
  env?: Record<string, string>;
  /** This machine cannot make the situation. */
  skip?: boolean;
}

/**
 * A test for each case, and one that there are at least so many. The first case, and what changes the environment, is
 * a process of its own, as users run it; the others call the same entry in this process, at a tenth of the time.
 */
export function refuses(cases: readonly Refusal[], least = 4): void {
  for (const [i, c] of cases.entries()) {
    const asProcess = i === 0 || Boolean(c.env);
    (c.skip ? test.skip : test)(c.name, async () => {
      const before = listing(folder);
      const { code, stderr, stdout } = await (asProcess ? run(c.args, { env: c.env }) : runInProcess(c.args));
      assert.is(code, 2, `exit code ${code}: ${stderr}${stdout}`);
      assert.match(stderr, c.says);
      assert.match(stderr, /^semia: [^\n]+\n$/, 'one line');
      assert.not.match(stderr, /internal error|undefined|NaN|\[object/);
      assert.is(listing(folder), before, 'nothing written');
    });
  }
  test(`there are at least ${least} cases`, () => assert.ok(cases.length >= least));
}

export const train = (p: string, l: string, ...more: string[]): string[] => ['train', p, l, '-o', 'new', ...more];
export const withOption = (...more: string[]): string[] => train('photo.png', 'layout.png', ...more);
export const analogy = (target: string, ...more: string[]): string[] => [
  'analogy',
  'photo.png',
  'layout.png',
  target,
  '-o',
  'new.png',
  ...more,
];
export const render = (dir: string, target = 'target.png', out = 'new.png'): string[] => [
  'render',
  dir,
  target,
  '-o',
  out,
];
export const evaluating = (result: string, ...more: string[]): string[] => [
  'evaluate',
  result,
  '--source',
  'photo.png',
  '--layout',
  'layout.png',
  '--target',
  'target.png',
  ...more,
];
