/**
 * The user study without a browser: shuffle and seal, answers as CSV and back, tally against numpy, the page's text.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { answersCsv, letter, permutation, seal, unseal, type Answer } from '../../src/evaluate/study/study.ts';
import { parseCsv, readAnswers } from '../../src/evaluate/study/answers.ts';
import { quantile, tally, tallyCsv } from '../../src/evaluate/study/tally.ts';
import { encodePng } from '../../src/node/encode.ts';
import { folder, run, type Outcome } from '../support/child.ts';
import { golden } from '../support/golden.ts';
import { paint, photo } from '../support/runs.ts';

interface Golden {
  methods: string[];
  seed: number;
  resamples: number;
  ranks: number[][][];
  shares: number[][];
  meanRank: number[];
  intervals: number[][][];
  other: number[][][];
  meanRankIntervals: number[][];
}
const expected = golden<Golden>('study.json');
const answers: Answer[] = expected.ranks.flatMap((questions, p) =>
  questions.flatMap((ranks, q) =>
    ranks[0]
      ? ranks.map((rank, m) => ({
          participant: `P${p}`,
          question: `lake/"the", ${q}`,
          method: expected.methods[m],
          rank,
          timeMs: 1000 * (q + 1),
          seed: 3,
          shown: letter((m + q) % 3),
        }))
      : [],
  ),
);
const good = (o: Outcome): string => {
  assert.is(o.stderr, '');
  assert.is(o.code, 0);
  return o.stdout;
};
const put = (name: string, bytes: Uint8Array | string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
};

test('the shuffle is a permutation, repeats, and prefers no place', () => {
  const at = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let i = 0; i < 4000; i++) {
    const order = permutation(4, 7, `P${i}`, 'lake');
    assert.equal([...order].sort(), [0, 1, 2, 3]);
    order.forEach((item, place) => {
      at[item][place]++;
    });
  }
  assert.equal(permutation(9, 7, 'P1', 'lake'), permutation(9, 7, 'P1', 'lake'));
  assert.not.equal(permutation(9, 7, 'P1', 'lake'), permutation(9, 8, 'P1', 'lake'));
  // Chi-squared with 3 degrees of freedom stays under 21 in all but 1 of 10000 cases.
  for (const row of at) assert.ok(row.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0) < 21, String(row));
});

test('what is sealed comes back, and does not read as what it is', () => {
  for (const text of ['', 'analogies', '{"methods":["größe","b"]}']) assert.is(unseal(seal(text, 5), 5), text);
  assert.match(seal('analogies', 5), /^[0-9a-f]{18}$/);
  assert.is.not(seal('aaaa', 5).slice(0, 2), seal('aaaa', 5).slice(2, 4));
});

test('answers go out as CSV and come back the same, in any order and line ending', () => {
  const text = answersCsv(answers);
  assert.equal(readAnswers([{ name: 'a.csv', text }]), { answers, repeated: 0 });
  assert.equal(readAnswers([{ name: 'a.csv', text: `\ufeff${text.replaceAll('\r\n', '\n')}\n` }]).answers, answers);
  const half = answersCsv(answers.slice(0, 6));
  assert.is(
    readAnswers([
      { name: 'so-far.csv', text: half },
      { name: 'a.csv', text },
    ]).repeated,
    6,
    'a file saved half-way counts once',
  );
  assert.equal(parseCsv('a,"b\n""c"""\n\nd,', 'x'), [
    { line: 1, fields: ['a', 'b\n"c"'] },
    { line: 4, fields: ['d', ''] },
  ]);
});

test('bad answers are told of with file and line', () => {
  const head = 'participant,question,method,rank,time_ms,seed,shown\n';
  const rows = ['P1,q,a,1,10,0,A', 'P1,q,b,2,10,0,B'];
  const says = (lines: string[], message: RegExp): void => {
    assert.throws(
      () => readAnswers([{ name: 'x.csv', text: head + lines.join('\n') }]),
      (e: Error) => e.name === 'UserError' && message.test(e.message),
    );
  };
  assert.is(readAnswers([{ name: 'x.csv', text: head + rows.join('\n') }]).answers.length, 2, 'the control');
  says([rows[0], 'P1,q,b,two,10,0,B'], /^x\.csv line 3: rank is "two"; a whole number/);
  says([rows[0], 'P1,q,b,0,10,0,B'], /^x\.csv line 3: rank is "0"/);
  says([rows[0], 'P1,q,b,2,-1,0,B'], /^x\.csv line 3: time_ms is "-1"/);
  says([rows[0], 'P1,q,,2,10,0,B'], /^x\.csv line 3: method is empty/);
  says([rows[0], 'P1,q,b,2,10'], /^x\.csv line 3: has 5 fields, and the first line 7/);
  says([rows[0], 'P1,q,b,1,10,0,B'], /^x\.csv line 3: P1 has given rank 1 in question q already \(x\.csv line 2\)/);
  says([...rows, 'P1,q,a,1,11,0,A'], /^x\.csv line 4: P1 has ranked a in question q already/);
  says([...rows, 'P2,q,a,2,10,0,A'], /^x\.csv line 4: P2's answer.* has 1 ranks, and one of them is 2/);
  says([...rows, 'P2,q,a,1,10,0,A', 'P2,q,c,2,10,0,A'], /^x\.csv line 4: .* is of a, c, and another of a, b/);
  says([rows[0], 'P1,q,"b,2,10,0,B'], /^x\.csv line 3: a quotation mark is not closed/);
  says([], /^x\.csv: no answers/);
});

test("shares and intervals are numpy's: the same resamples to rounding, other ones nearly", () => {
  const t = tally([...answers].reverse(), { resamples: expected.resamples, seed: expected.seed });
  const near = (a: number, b: number, limit: number, what: string): void =>
    assert.ok(Math.abs(a - b) <= limit, `${what}: ${a}, numpy ${b}`);
  for (const [m, { method, shares, meanRank }] of t.methods.entries()) {
    assert.is(method, expected.methods[m]);
    for (const [r, s] of shares.entries()) {
      near(s.value, expected.shares[m][r], 1e-12, `${method} ${r + 1}`);
      [s.low, s.high].forEach((v, end) => {
        near(v!, expected.intervals[m][r][end], 1e-12, `${method} ${r + 1} end ${end}`);
        near(v!, expected.other[m][r][end], 0.02, `${method} ${r + 1} end ${end}, numpy's generator`);
      });
    }
    near(meanRank.value, expected.meanRank[m], 1e-12, 'mean rank');
    near(meanRank.low!, expected.meanRankIntervals[m][0], 1e-12, 'mean rank, low');
    near(meanRank.high!, expected.meanRankIntervals[m][1], 1e-12, 'mean rank, high');
  }
  assert.equal([t.participants, t.questions, t.answers], [9, 7, 57]);
  near(
    t.firstByPosition.reduce((a, b) => a + b),
    1,
    1e-12,
    'places',
  );
  assert.is(quantile([1, 2, 4], 0.75), 3);
  const alone = tally(answers.filter((a) => a.participant === 'P5'));
  assert.is(alone.methods[0].shares[0].low, null, 'one participant has no like');
});

test("study: the page of plain folders holds all pictures, no method's name, and asks for nothing", async () => {
  put('plain/source.png', encodePng(photo(48, 32)));
  for (const [m, method] of ['zebra-net', 'quagga', 'okapi'].entries())
    for (const q of ['east', 'west']) {
      put(
        `plain/${method}/${q}.png`,
        encodePng(paint(m ? 48 : 24, m ? 32 : 16, (x, y) => [60 * m, (x * 5) % 256, q === 'east' ? y : 200])),
      );
    }
  assert.match(
    good(await run(['study', 'plain', '--seed', '4'])),
    /2 questions about okapi, quagga, zebra-net; seed 4/,
  );
  const html = readFileSync(join(folder, 'plain/study.html'), 'utf8');
  assert.not.match(html, /zebra|quagga|okapi/i);
  assert.not.match(
    html.replaceAll(/data:image\/png;base64,[\w+/=]+/g, ''),
    /https?:|src="[^"]|@import|url\(|NaN|undefined</,
  );
  const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]);
  assert.equal(JSON.parse(unseal(data.key, 4)), {
    methods: ['okapi', 'quagga', 'zebra-net'],
    questions: ['east', 'west'],
  });
  const size = (uri: string): number[] => {
    const b = Buffer.from(uri.split(',')[1], 'base64');
    return [b.readUInt32BE(16), b.readUInt32BE(20)];
  };
  for (const q of data.questions)
    assert.equal(
      q.pictures.map(size),
      [
        [48, 32],
        [48, 32],
        [48, 32],
      ],
      'size tells nothing',
    );
});

test("study: a comparison's folder gives its methods; --tally counts as table, CSV and page", async () => {
  const compared = 'compared',
    record = {
      methods: ['source', 'preview', 'analogies']
        .map((name) => ({ name, failure: null }))
        .concat({ name: 'fixed', failure: 'too small' } as never),
    };
  put(`${compared}/results.json`, JSON.stringify(record));
  put(`${compared}/source.png`, encodePng(photo(48, 32)));
  for (const m of ['source', 'preview', 'analogies', 'scene/targets'])
    put(`${compared}/${m}/west.png`, encodePng(photo(48, 32)));
  const said = good(await run(['study', compared, '-o', 'new/page.html']));
  assert.match(said, /fixed is left out: it failed there\n1 question about preview, analogies;/);
  put('answers/a.csv', answersCsv(answers.slice(0, 60)));
  put('answers/b.csv', answersCsv(answers.slice(60)));
  const counting = [
    'study',
    '--tally',
    'answers/a.csv',
    'answers/b.csv',
    '--resamples',
    String(expected.resamples),
    '--seed',
    String(expected.seed),
    '-o',
  ];
  const table = good(await run([...counting, 'tally.csv']));
  const percent = (v: number): string => `${(100 * v).toFixed(1)} %`;
  const share = expected.shares[1][0],
    [low, high] = expected.intervals[1][0].map((v: number) => (100 * v).toFixed(0));
  assert.ok(table.includes(`fast        ${percent(share)} [${low} to ${high}]`), table);
  assert.match(
    table,
    new RegExp(
      '9 participants, 7 questions, 57 answers.*\\n' +
        '95 % percentile bootstrap intervals: 2000 resamples of the 9 participants',
    ),
  );
  const t = tally(answers, { resamples: expected.resamples, seed: expected.seed });
  assert.is(readFileSync(join(folder, 'tally.csv'), 'utf8'), tallyCsv(t));
  good(await run([...counting, 'tally.html', '--quiet']));
  const html = readFileSync(join(folder, 'tally.html'), 'utf8');
  const heights = [...html.matchAll(/height="([\d.]+)" fill/g)].map((m) => Number(m[1]) / 220);
  assert.equal(
    heights.map((h) => h.toFixed(6)),
    expected.shares.flat().map((s) => s.toFixed(6)),
    'a bar for each share',
  );
  assert.not.match(html, /https?:|NaN|undefined/);
});
test.run();
