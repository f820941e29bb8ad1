/** The script that turns records of benchmarks into the table of docs/experiments, on a small made-up record. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { BenchRecord, Row } from '../../bench/support/record.ts';
import { interleave, summarize } from '../../bench/support/timing.ts';
// @ts-expect-error plain JavaScript, since it needs no build
import { between, markers, tableOf } from '../../bench/support/table.mjs';

const row = (what: string, who: string, least: number, ratio?: number): Row => ({
  what,
  who,
  least,
  median: least,
  cpu: 2 * least,
  kept: 5,
  taken: 5,
  ratio,
});
const entry = (made: string, rows: Row[]) => ({ made, load: 0.25, flops: 1e11, bandwidth: 1e10, rows });
const record = (adapter: string, benches: BenchRecord['benches']): BenchRecord => ({
  format: 1,
  commit: 'abc1234567',
  benches,
  machine: {
    adapter,
    software: true,
    subgroups: [8, 8],
    cpu: 'some CPU',
    cores: 2,
    memoryGiB: 8,
    versions: { semia: '1', node: 'v20', webgpu: '0.6', platform: 'linux-x64' },
  },
});
const records = {
  'a.json': record('one', {
    conv: [
      entry('2026-01-01T10:00:00Z', [
        row('3x3', 'semia', 2),
        row('3x3', 'slow', 24, 12),
        row('3x3', 'near', 2.5, 1.25),
        row('alone', 'semia', 1),
      ]),
      entry('2026-01-02T11:30:00Z', [row('3x3', 'semia', 3), row('3x3', 'near', 3.3, 1.1)]),
    ],
  }),
  'b.json': record('two', {
    patch: [entry('2026-01-01T09:00:00Z', [row('7x7', 'semia', 200), row('7x7', 'near', 100, 0.5)])],
  }),
};

test('a row for each thing timed beside others, the latest run on each machine, fastest peer first', () => {
  const lines = tableOf(records) as string[];
  assert.equal(lines.filter((l) => l.startsWith('| ')).slice(1), [
    '| conv: 3x3 | 3.00 | near 3.30 (1.10x) | B, 2026-01-02 11:30, load 0.3, commit abc1234567 |',
    '| patch: 7x7 | 200 | near 100 (0.50x) | A, 2026-01-01 09:00, load 0.3, commit abc1234567 |',
  ]);
  assert.ok(lines.some((l) => l.startsWith('A: two, 2 x some CPU')) && lines.some((l) => l.startsWith('B: one')));
  const first = tableOf({
    'a.json': { ...records['a.json'], benches: { conv: [records['a.json'].benches.conv[0]] } },
  }) as string[];
  assert.ok(
    first.some((l) => l.includes('| near 2.50 (1.25x), slow 24.0 (12x) |')),
    first.join('\n'),
  );
  assert.throws(
    () => tableOf({ 'c.json': record('x', { conv: [entry('2026', [row('alone', 'semia', 1)])] }) }),
    /no record/,
  );
});

test('only what is between the markers changes', () => {
  const text = `before\n${markers[0]}\nold\n${markers[1]}\nafter\n`;
  const once = between(text, ['new']) as string;
  assert.is(once, `before\n${markers[0]}\nnew\n${markers[1]}\nafter\n`);
  assert.is(between(once, ['new']), once);
  for (const wrong of ['', markers[0], `${markers[1]} ${markers[0]}`, `${text}${markers[1]}`])
    assert.throws(() => between(wrong, []), /markers/);
});

test('samples without their cores are dropped, by CPU time over wall time', () => {
  const samples = [
    { wall: 100, cpu: 198 },
    { wall: 150, cpu: 200 },
    { wall: 104, cpu: 200 },
    { wall: 99, cpu: 100 },
  ];
  assert.equal(summarize(samples), { least: 100, median: 104, cpu: 198, kept: 2, taken: 4 });
  assert.is(summarize(samples, true).least, 99, 'on a GPU the CPU time says nothing');
});

test('implementations take turns; a slow one has one sample', async () => {
  const order: string[] = [];
  const runner = (name: string, wall: number) => ({
    name,
    run: async () => {
      order.push(name);
      return { wall, cpu: wall };
    },
  });
  const times = await interleave([runner('a', 1), runner('b', 1), runner('slow', 9)], {
    samples: 2,
    warm: 1,
    patience: 5,
  });
  assert.equal(order, ['a', 'b', 'slow', 'a', 'b', 'slow', 'a', 'b']);
  assert.equal([times.get('a')!.taken, times.get('slow')!.taken], [2, 1]);
});

test.run();
