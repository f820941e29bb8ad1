/** The quality bench's pieces: a tiny scene by preview alone, failures as rows, the time's shares, what pairs say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { casesOf, madeTargets } from '../../bench/quality/cases.ts';
import { Budget, type CaseResult, runCases } from '../../bench/quality/loop.ts';
import { classMap, type QualityMethod, qualityMethods } from '../../bench/quality/methods.ts';
import { readOptions } from '../../bench/quality/options.ts';
import { caseFiles } from '../../bench/quality/page.ts';
import { csvOf, pairOf, type Row, summariesOf, summaryLines, tableHead, tableLine } from '../../bench/quality/rows.ts';
import { openSession } from '../../src/cli/session.ts';
import { prepareSource } from '../../src/data/prepare.ts';
import { encodePng } from '../../src/node/encode.ts';
import { writeFilesAtomic } from '../../src/node/files.ts';
import { layout, photo } from '../support/runs.ts';
import { test } from '../support/suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'semia-quality-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const nowhere = join(folder, 'nowhere');

const all = async (cases: AsyncGenerator<CaseResult>): Promise<CaseResult[]> => {
  const results: CaseResult[] = [];
  for await (const r of cases) results.push(r);
  return results;
};
const [preview] = qualityMethods;
const broken: QualityMethod = {
  name: 'broken',
  trains: false,
  open: async (job) => {
    const ready = await preview.open(job);
    return {
      ...ready,
      paint: (target) => (target === job.targets[1] ? Promise.reject(new Error('no paint left')) : ready.paint(target)),
    };
  },
};

test('a tiny scene: every row is there with its numbers, a failure says so, and files hold all of it', async () => {
  const cases = await casesOf(nowhere, ['meadow'], { targets: 2, size: 48 });
  const options = { cases, methods: [preview, broken], minutes: 60, seed: 0, runs: null, openSession };
  const [result] = await all(runCases(options));
  const { rows } = result;
  assert.equal(
    rows.map((r) => [r.scene, r.target, r.method, r.failure]),
    [
      ['meadow', 'tree moved', 'preview', null],
      ['meadow', 'two trees', 'preview', null],
      ['meadow', 'tree moved', 'broken', null],
      ['meadow', 'two trees', 'broken', 'no paint left'],
    ],
  );
  for (const r of rows.slice(0, 3)) {
    assert.equal([r.width, r.height, r.training], [48, 48, null]);
    assert.ok(r.bytes > 48 * 48 * 4 && r.seconds > 0 && r.processor > 0);
    assert.ok(r.report!.truth!.quarterPsnr > 10 && r.report!.truth!.sharpness > 0.3);
  }
  assert.is(rows[3].report, null);

  const lines = csvOf(rows).trimEnd().split('\r\n');
  assert.is(lines.length, 5);
  const head = lines[0].split(',');
  assert.equal(head.slice(0, 3), ['scene', 'target', 'method']);
  const cell = (line: number, key: string): string => lines[line].split(',')[head.indexOf(key)];
  assert.is(Number(cell(2, 'truth_quarter_psnr')), rows[1].report!.truth!.quarterPsnr);
  assert.equal([cell(4, 'failure'), cell(4, 'truth_psnr')], ['no paint left', '']);
  for (const l of lines) assert.is(l.split(',').length, head.length);

  assert.match(tableHead(), /PSNR at 1\/4 ↑ .*sharpness →1/);
  assert.match(tableLine(rows[3]), /^meadow\/two trees +broken +failed: no paint left$/);

  const known = new Set(['meadow/tree moved', 'meadow/two trees']);
  const [summary] = summariesOf(rows, ['preview', 'broken'], known);
  // The same pictures, one of them missing.
  assert.equal([summary.targets, summary.missing, summary.perceptual], [1, 1, 0]);
  assert.equal(summary.quarter, { mean: 0, least: 0, at: 'meadow/tree moved' });

  const { files, html } = caseFiles(result);
  assert.is(files.length, 2 + 2 * 2 + 3); // the pair; layouts and truths; what was painted
  for (const f of files) assert.ok(html.includes(`src="${f.path}"`), f.path);
  assert.match(html, /broken, two trees: no paint left/);
});

test('a case that cannot be opened, and one after the time is over, are rows too', async () => {
  const methods = [preview];
  const lost = { name: 'lost', open: () => Promise.reject(new Error('damaged\nmore')) };
  const [first] = await all(runCases({ cases: [lost], methods, minutes: 1, seed: 0, runs: null, openSession }));
  assert.equal(
    first.rows.map((r) => [r.scene, r.method, r.failure]),
    [['lost', 'preview', 'damaged']],
  );
  const cases = await casesOf(nowhere, ['meadow'], { targets: 1, size: 48 });
  let time = 0;
  const now = (): number => (time += 100);
  const never = (): never => assert.unreachable('no device is needed') as never;
  const [late] = await all(runCases({ cases, methods, minutes: 1, seed: 0, runs: null, openSession: never, now }));
  assert.equal(
    late.rows.map((r) => r.failure),
    ['not run: the 1 minutes are over'],
  );
});

test('trainings share what is left when the rest has had its time', () => {
  let time = 0;
  const budget = new Budget(1000, () => time);
  assert.is(budget.share(10, 1), 100 - 45, 'a guess at first');
  time = 100;
  budget.note(20);
  assert.is(budget.share(9, 1), 100 - 20);
  assert.is(budget.share(9, 2), (100 - 20) / 2);
  time = 990;
  assert.is(budget.share(1, 1), 15, 'the least');
});

test('what pairs say: gains, sharpness in bounds, and goals met or not', () => {
  const row = (target: string, method: string, quarterPsnr: number, sharpness: number, perceptual: number): Row =>
    ({ scene: 's', target, method, report: { truth: { quarterPsnr, sharpness, perceptual } } }) as Row;
  const rows = [
    row('a', 'preview', 20, 1, 0.5),
    row('b', 'preview', Infinity, 1, 0),
    row('a', 'fast', 22.5, 0.95, 0.4),
    row('b', 'fast', Infinity, 1.2, 0.1),
  ];
  const s = pairOf(rows, 'preview', 'fast', () => true)!;
  assert.equal(s.quarter, { mean: 1.25, least: 0, at: 's/b' });
  assert.equal(s.sharpness, { least: 0.95, most: 1.2, right: 1 });
  assert.is(s.perceptual, 1);
  assert.equal(summaryLines(s), [
    'fast against preview: 2 targets with truth',
    '  PSNR at quarter size +1.25 dB in the mean (goal +1: met), least +0.00 dB at s/b (goal 0: met)',
    "  sharpness 0.95 to 1.20 of the truth's, 0.9 to 1.1 on 1 of 2 (goal all: NOT met)",
    '  perceptual distance lower on 1 of 2 (goal 9 of 10: NOT met)',
  ]);
  assert.is(
    pairOf(rows, 'preview', 'other', () => true),
    null,
  );
});

test('photographs in folders: targets with truth by name, or made of the own layout', async () => {
  const png = (p: Parameters<typeof encodePng>[0]): Uint8Array => encodePng(p);
  await writeFilesAtomic([
    { path: join(folder, 'ex/plain/photo.png'), bytes: png(photo(40, 30)) },
    { path: join(folder, 'ex/plain/layout.png'), bytes: png(layout(40, 30)) },
    { path: join(folder, 'ex/pair/img.png'), bytes: png(photo(40, 30)) },
    { path: join(folder, 'ex/pair/label.png'), bytes: png(layout(40, 30)) },
    { path: join(folder, 'ex/pair/targets/1.png'), bytes: png(layout(40, 30)) },
    { path: join(folder, 'ex/pair/targets/2.png'), bytes: png(layout(40, 30)) },
    { path: join(folder, 'ex/pair/truth/1.png'), bytes: png(photo(40, 30)) },
    { path: join(folder, 'ex/empty/note.txt'), bytes: png(photo(8, 8)) },
  ]);
  const named = (only: string[], size: number | null = null) => casesOf(join(folder, 'ex'), only, { targets: 2, size });
  const [plain, pair, empty] = await named(['plain', 'pair', 'empty']).then((c) =>
    ['plain', 'pair', 'empty'].map((n) => c.find((x) => x.name === n)!),
  );
  assert.equal(
    (await plain.open()).targets.map((t) => t.name),
    ['own', 'mirrored', 'shifted'],
  );
  const { targets } = await pair.open();
  assert.equal(
    targets.map((t) => [t.name, t.truth !== null]),
    [
      ['1', true],
      ['2', false],
    ],
  );
  const small = await (await named(['pair'], 20))[0].open();
  assert.equal([small.source.width, small.targets[0].truth!.width], [20, 20]);
  try {
    await empty.open();
    assert.unreachable();
  } catch (e) {
    assert.match((e as Error).message, /empty: has no photo/);
  }
});

test('made layouts: own, mirrored, shifted with the left column repeated', () => {
  const source = {
    ...prepareSource(photo(40, 30), layout(40, 30)).source,
    width: 5,
    height: 2,
    labels: Uint8Array.of(0, 1, 0, 1, 1, 1, 1, 0, 0, 0),
  };
  assert.equal(
    madeTargets(source).map((t) => [...t.target.labels]),
    [
      [0, 1, 0, 1, 1, 1, 1, 0, 0, 0],
      [1, 1, 0, 1, 0, 0, 0, 0, 1, 1],
      [0, 0, 1, 0, 1, 1, 1, 1, 0, 0],
    ],
  );
});

test("classes of a run are found by their colors, whatever their order; a run's missing class is named", () => {
  const palette = (...colors: [number, number, number][]) => ({
    as: 'colors' as const,
    classes: colors.map((color, i) => ({ name: `c${i}`, color })),
  });
  const [red, blue, green]: [number, number, number][] = [
    [255, 0, 0],
    [0, 0, 255],
    [0, 255, 0],
  ];
  assert.equal(classMap(palette(red, blue), palette(blue, green, red), 'run'), Uint8Array.of(2, 0));
  assert.throws(() => classMap(palette(red, blue), palette(blue), 'runs/x'), /runs\/x: the run has no class #ff0000/);
});

test('options: defaults, choices, and one clear line for what is wrong', async () => {
  const o = readOptions([], '/p/project');
  assert.equal([o.minutes, o.size, o.targets, o.runs, o.only], [40, null, 2, null, []]);
  assert.equal([o.examples, o.out], ['/p/shared/examples', '/p/project/out/quality']);
  assert.equal(
    readOptions(['--methods', 'preview', '--only', 'lake,coast'], '/p').methods.map((m) => m.name),
    ['preview'],
  );
  for (const [args, message] of [
    [['--minutes', 'x'], /--minutes x: give a number above 0/],
    [['--size', '5'], /--size 5: give a whole number from 32/],
    [['--methods', 'magic'], /--methods magic: there is no such method; there are preview, fast/],
    [['--colour'], /Unknown option '--colour'/],
  ] as const)
    assert.throws(() => readOptions(args, '/p'), message);
  try {
    await casesOf(nowhere, ['moon'], { targets: 1, size: 48 });
    assert.unreachable();
  } catch (e) {
    assert.match((e as Error).message, /--only moon: there is no such scene; there are lake/);
  }
});

test.run();
