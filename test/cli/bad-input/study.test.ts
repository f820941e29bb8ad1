/** What `study` refuses. */
import { test } from '../../support/suite.ts';
import { refuses } from '../../support/badInput/cases.ts';
import { inputs, studies } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  studies();
});

refuses([
  { name: 'a study of nothing', args: ['study'], says: /a folder is needed.*--tally/ },
  { name: 'a study of a folder that is not there', args: ['study', 'gone'], says: /gone: no such folder/ },
  { name: 'a study of a picture', args: ['study', 'photo.png'], says: /photo\.png: is a file: give a folder/ },
  {
    name: 'a study without a source',
    args: ['study', 'other'],
    says: /other: has no source\.png.*METHOD\/TARGET\.png/,
  },
  {
    name: 'a study of one method',
    args: ['study', 'study/one'],
    says: /study\/one: 1 methods \(a\): two to nine can be ranked/,
  },
  {
    name: 'a study with a picture missing',
    args: ['study', 'study/gap'],
    says: /study\/gap\/b\/east\.png: no such file; every method needs/,
  },
  {
    name: 'a study of pictures of two shapes',
    args: ['study', 'study/odd'],
    says: /study\/odd\/b\/west\.png: is 32 x 48, another shape/,
  },
  {
    name: 'a study of an unknown method',
    args: ['study', 'study/odd', '--methods', 'a,magic'],
    says: /has no pictures by magic; there are a, b/,
  },
  {
    name: 'a study of a damaged comparison',
    args: ['study', 'study/damaged'],
    says: /results\.json: is damaged \(it is not JSON\)/,
  },
  {
    name: 'a study as a picture',
    args: ['study', 'study/odd', '-o', 'study.png'],
    says: /study\.png: the page is one file.*\.html/,
  },
  { name: 'a tally of a picture', args: ['study', '--tally', 'photo.png'], says: /photo\.png: is not a CSV file/ },
  {
    name: 'a tally of nothing',
    args: ['study', '--tally', 'empty.png'],
    says: /empty\.png: (is empty|the file is empty)/,
  },
  {
    name: 'a tally of another table',
    args: ['study', '--tally', 'study/other.csv'],
    says: /study\/other\.csv line 1: has no column participant, /,
  },
  {
    name: 'a tally of a bad rank',
    args: ['study', '--tally', 'study/bad.csv', '-o', 'new.html'],
    says: /study\/bad\.csv line 3: rank is "second"/,
  },
  {
    name: 'a tally over its answers',
    args: ['study', '--tally', 'study/bad.csv', '-o', 'study/bad.csv'],
    says: /study\/bad\.csv: is one of the answers/,
  },
  {
    name: 'a tally as a picture',
    args: ['study', '--tally', 'study/bad.csv', '-o', 'tally.png'],
    says: /tally\.png: a tally is written as \.html or \.csv/,
  },
]);

test.run();
