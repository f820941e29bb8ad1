/** A run's folder is sound at every moment: its saves are killed in the middle. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Training } from '../../src/model/training/training.ts';
import { RunFolder } from '../../src/node/runFolder.ts';
import { anyChange, folder } from '../support/child.ts';
import { smallRun } from '../support/runs.ts';
import { test } from '../support/suite.ts';

// Run again as a child, this file saves without end: the kill test's victim.
if (process.argv[2] === 'save') {
  const victim = await (await RunFolder.open(process.argv[3])).claim();
  for (let iteration = victim.iteration + 1; ; iteration++) {
    const data = new Float32Array(50_000).fill(iteration);
    const host = { iteration, drawn: iteration, counter: iteration, steps: [iteration, 0, 0] };
    process.stdout.write('.');
    await victim.losses.add(iteration, { total: iteration });
    await victim.save(
      { iteration, host, state: async () => new Map([['G.x', { shape: [50_000], data }]]) } as unknown as Training,
      { seconds: iteration },
    );
  }
}

test('twelve kills in the middle of saving leave a sound run each time', async () => {
  const at = join(folder, 'saves');
  await smallRun(at);
  let before = 0;
  for (let i = 0; i < 12; i++) {
    const victim = spawn(process.execPath, [process.argv[1], 'save', at], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SEMIA_TEST_FOLDER: folder },
    });
    // A point for every save begun: with the third, two are done, however slow the machine is.
    let begun = '';
    await new Promise<void>((r) =>
      victim.stdout.on('data', (points) => {
        begun += points;
        if (begun.length > 2) r();
      }),
    );
    const closed = new Promise((r) => victim.on('close', r));
    await anyChange(at, closed);
    victim.kill('SIGKILL');
    await closed;
    const left = await RunFolder.open(at);
    const data = (await left.state()).get('G.x')!.data;
    assert.ok(
      left.iteration >= before && (left.iteration === 0 || data.every((v) => v === left.iteration)),
      `save ${left.iteration} is whole`,
    );
    assert.ok(left.losses.rows.every((r) => r.iteration <= left.iteration));
    before = left.iteration;
  }
  assert.ok(before >= 24, `${before} saves`);
});

test.run();
