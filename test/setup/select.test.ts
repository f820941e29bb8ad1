/** Which cases the words after `npm test --` choose. */
import * as assert from 'uvu/assert';
import { fileJob } from '../../scripts/test/jobs.mjs';
import { choosesCase, idOf, readWords, select, type ListedCase } from '../../scripts/test/select.mjs';
import { test } from '../support/suite.ts';

const cases: ListedCase[] = [
  { file: 'ops/ops', path: 'ops/conv2d', name: 'reflect, forward' },
  { file: 'ops/ops', path: 'ops/conv2d', name: 'reflect, backward' },
  { file: 'ops/ops', path: 'ops/conv2d', name: 'zero, forward' },
  { file: 'ops/ops', path: 'ops/reflectPad', name: '4x4, forward' },
  { file: 'ops/variants', path: 'ops/variants', name: 'conv2d, 1x1' },
  { file: 'data/png', path: 'data/png', name: 'gray, reflect' },
];
const files = [...new Set(cases.map((c) => c.file))];
const chosen = (...words: string[]): string[] => {
  const selection = readWords(words, cases);
  return cases.filter((c) => choosesCase(selection, c.file, c.path, c.name)).map((c) => idOf(c.path, c.name));
};

test('a path, then a name that is part of another path too', () => {
  assert.equal(chosen('ops/conv2d', 'reflect'), ['ops/conv2d: reflect, forward', 'ops/conv2d: reflect, backward']);
  assert.equal(chosen('ops/conv2d', 'reflect', 'back'), ['ops/conv2d: reflect, backward']);
});

test('two paths are both of them; a file name may be given with its ending', () => {
  assert.is(chosen('ops/conv2d', 'data').length, 4);
  assert.equal(chosen('data/png.test.ts'), ['data/png: gray, reflect']);
});

test('a word of no path is part of a name, in every file', () => {
  assert.equal(chosen('backward'), ['ops/conv2d: reflect, backward']);
  assert.equal(chosen('Gray'), ['data/png: gray, reflect']);
});

test('an id is one case, whatever the others are called', () => {
  for (const { path, name } of cases) assert.equal(chosen(idOf(path, name)), [idOf(path, name)]);
});

test('no words are everything; a whole file needs no list; what does not exist chooses no file', async () => {
  let lists = 0;
  const list = async (): Promise<ListedCase[]> => {
    lists++;
    return cases;
  };
  const wanted = { names: [], all: false };
  assert.equal((await select(files, { ...wanted, words: [] }, list)).files, files);
  assert.equal((await select(files, { ...wanted, words: ['data'] }, list)).files, ['data/png']);
  assert.equal((await select(files, { ...wanted, words: ['ops.test'] }, list)).files, ['ops/ops']);
  assert.is(lists, 0);
  assert.equal((await select(files, { ...wanted, words: ['ops/conv2d'] }, list)).files, ['ops/ops']);
  assert.equal((await select(files, { ...wanted, words: ['ops/conv2d: gone'] }, list)).files, []);
  assert.equal((await select(files, { ...wanted, words: ['moon'] }, list)).files, []);
});

test('a file that opens a browser is run with one: without, its cases would be left out and the run still pass', () => {
  const web = ['web/page', 'web/page-paths', 'web/page-study', 'web/example', 'web/engine/page', 'web/engine/training'];
  assert.equal(
    web.map((name) => fileJob(name).kind),
    web.map(() => 'browser'),
  );
  assert.is(fileJob('web/paint/tools').kind, 'file');
});

test.run();
