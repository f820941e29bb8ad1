/**
 * The documents hold what they promise: links lead somewhere, maps name files that exist, every command, option and
 * variable of the program is described, long documents stay short, pictures stay small.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Command } from 'commander';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { buildProgram } from '../../src/cli/program.ts';
import { root } from '../support/root.ts';

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
/** docs/api is made by typedoc and not committed. */
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...walk(join(root, 'docs'))
    .map((path) => relative(root, path))
    .filter((path) => path.endsWith('.md') && !path.startsWith(join('docs', 'api'))),
  'test/goldens/README.md',
];
/** A document without what its code blocks show. */
const prose = (name: string): string => read(name).replace(/^```.*?^```/gms, '');
const report = (wrong: string[]): void => assert.is(wrong.length, 0, wrong.join('\n'));

test('relative links and pictures lead to files', () =>
  report(
    documents.flatMap((name) =>
      [...prose(name).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((m) => m[1].split('#')[0])
        .filter((link) => link && !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(root, dirname(name), link)))
        .map((link) => `${name}: ${link} does not exist`),
    ),
  ));

test('README has at most 1,500 words, ARCHITECTURE 2,000', () => {
  const words = (name: string): number => read(name).split(/\s+/).filter(Boolean).length;
  assert.ok(words('README.md') <= 1500, `README.md has ${words('README.md')} words`);
  assert.ok(words('ARCHITECTURE.md') <= 2000, `ARCHITECTURE.md has ${words('ARCHITECTURE.md')} words`);
});

const roots = /^(src|test|docs|scripts|setup|bench|examples)\/|^[\w-]+\.(json|md|mjs)$/;

test('every file and folder named in the map and the guides exists', () =>
  report(
    [
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'docs/glossary.md',
      ...documents.filter((name) => name.startsWith(join('docs', 'design'))),
    ].flatMap((name) =>
      [...prose(name).matchAll(/`([\w./-]+)`/g)]
        .map((m) => m[1])
        .filter((path) => roots.test(path) && !existsSync(join(root, path)))
        .map((path) => `${name}: ${path} does not exist`),
    ),
  ));

test('what the map says lies in a file does', () => {
  const text = prose('ARCHITECTURE.md');
  const claims = [...text.matchAll(/`(\w+(?:\.\w+)?)`\s+(?:in\s+|\()`(src\/[\w./]+\.ts)`/g)].map((m) => [m[1], m[2]]);
  assert.ok(claims.length > 20, 'the pattern no longer fits the text');
  report(
    claims
      .filter(([name, file]) => !name.split('.').every((part) => new RegExp(`\\b${part}\\b`).test(read(file))))
      .map(([name, file]) => `${name} is not in ${file}`),
  );
});

/** [name, its section of docs/commands.md]: from its heading to the next. */
const sections = new Map(
  read('docs/commands.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0].trim(), section]),
);

test('every command and each of its options is described', async () => {
  const wrong: string[] = [];
  const check = (command: Command, name: string): void => {
    const section = sections.get(name);
    if (!section) wrong.push(`docs/commands.md has no section ${name}`);
    else
      for (const { flags } of command.options)
        if (!section.includes(`| \`${flags.replaceAll('|', '\\|')}\` |`)) wrong.push(`${name}: no row for ${flags}`);
    for (const sub of command.commands) check(sub, `${name} ${sub.name()}`);
  };
  const program = await buildProgram();
  for (const command of program.commands) check(command, command.name());
  report(wrong);
});

test('every environment variable that is read is described', () => {
  const described = read('docs/debugging.md');
  const files = ['src', 'setup', 'scripts', 'bench', 'test']
    .flatMap((dir) => walk(join(root, dir)))
    .filter((path) => /\.(ts|mjs)$/.test(path) && !path.includes('node_modules'));
  const names = new Set(
    files.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/\benv\.([A-Za-z_]+)\b/g)].map((m) => m[1])),
  );
  // Of every system; nothing of ours depends on them but finding a program, or a home.
  for (const common of ['PATH', 'HOME']) names.delete(common);
  report([...names].filter((name) => !described.includes(`\`${name}\``)).map((name) => `${name} is not described`));
});

test('an experiment has a date, a command, a method, a result, a decision and a line in the index', () => {
  const index = read('docs/experiments/README.md');
  const pages = walk(join(root, 'docs/experiments')).filter((path) => path.endsWith('.md'));
  report(
    pages
      .map((path) => relative(join(root, 'docs/experiments'), path))
      .filter((page) => page !== 'README.md')
      .flatMap((page) => {
        const text = read(join('docs/experiments', page));
        const wanted = [
          /^# .+\?$/m,
          /^Date: 20\d\d-\d\d-\d\d/m,
          /Command/,
          /^## Method/m,
          /^## Result/m,
          /^## Decision/m,
        ];
        return [
          ...wanted.filter((w) => !w.test(text)).map((w) => `${page}: ${w} is missing`),
          ...(index.includes(`](${page})`) ? [] : [`${page} is not in docs/experiments/README.md`]),
        ];
      }),
  );
});

test('lines of text have at most 120 characters', () =>
  report(
    documents.flatMap((name) =>
      prose(name)
        .replace(/^<!-- bench:begin.*?bench:end -->/gms, '')
        .split('\n')
        .filter((line) => line.length > 120 && !/^\s*\|/.test(line) && /\s/.test(line.trim().slice(2)))
        .map((line) => `${name}: ${line.slice(0, 60)}...`),
    ),
  ));

test('no picture in the documents has more than 300 kB', () =>
  report(
    readdirSync(join(root, 'docs/pictures'))
      .filter((name) => statSync(join(root, 'docs/pictures', name)).size > 300_000)
      .map((name) => `docs/pictures/${name}`),
  ));

test.run();
