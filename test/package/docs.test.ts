/** The API reference can be made: every export has a docstring, every type that one mentions is there, links hold. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { root } from '../support/root.ts';

test('npm run docs has no warnings', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs/docs.mjs', '--emit', 'none'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 540_000,
  });
  assert.is(status, 0, `${stdout}\n${stderr}`);
});

test.run();
