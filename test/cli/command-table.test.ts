/** The table of commands (src/cli/commands/index.ts) against the program that is built from it and its sources. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { opensDevice, rerunOptions } from '../../src/cli/commandRow.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { root } from '../support/root.ts';

const program = await buildProgram();
const folder = join(root, 'src/cli/commands');

/** The file that a row loads, read from the text of the table. */
const fileOf = (name: string): string => {
  const row = new RegExp(`name: '${name}',.*?import\\('([^']+)'\\)`, 's').exec(
    readFileSync(join(folder, 'index.ts'), 'utf8'),
  );
  assert.ok(row, `${name}: the table loads no file`);
  return resolve(folder, row![1]);
};

/** A source file and all that it imports, directly or not; types and dynamic imports left out. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, type, path] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from\s+'(\.[^']+\.ts)'/gm,
  ))
    if (!type) closure(resolve(dirname(file), path), seen);
  return seen;
}

const reaches = (name: string, file: string): boolean => closure(fileOf(name)).has(join(root, 'src', file));

test('every command of the program is in the table, in the order of the help', () => {
  assert.equal(
    program.commands.map((c) => c.name()),
    commands.map((row) => row.name),
  );
});

for (const { name, device } of commands) {
  test(`${name}: ${device ? 'opens a device, so runs in the child' : 'opens no device, so runs here'}`, () => {
    assert.is(reaches(name, 'node/gpu.ts'), device);
    assert.is(opensDevice(commands, [name, 'x']), device);
    assert.not.ok(opensDevice(commands, [name, '--help']));
    assert.not.ok(opensDevice(commands, [name, 'x', '-h']));
  });
}

test('no other word opens a device', () => {
  for (const args of [[], ['--version'], ['Train'], ['toString']]) assert.not.ok(opensDevice(commands, args));
});

/** Each command line that `semia rerun` may run: its words, and the options the table lists. */
const repeatable = commands.flatMap(({ name, rerun, rerunSubcommands = {} }) => [
  ...(rerun ? [{ words: [name], options: rerun }] : []),
  ...Object.entries(rerunSubcommands).map(([second, options]) => ({ words: [name, second], options })),
]);

for (const { words, options } of repeatable) {
  test(`rerun of ${words.join(' ')}: the table's options, all of which the command has`, () => {
    assert.equal(rerunOptions(commands, [...words, 'photo.png']), options);
    let command = program;
    for (const word of words) command = command.commands.find((c) => c.name() === word)!;
    const declared = command.options.flatMap((o) => [o.short, o.long]);
    for (const option of options) assert.ok(declared.includes(option), `${words.join(' ')} has no ${option}`);
    for (const option of ['-o', '--output', '--quiet']) assert.not.ok(options.includes(option));
  });
}

test('rerun runs nothing else', () => {
  const known = repeatable.map(({ words }) => words.join(' '));
  for (const { name } of commands)
    if (!known.includes(name)) assert.is(rerunOptions(commands, [name, 'x']), undefined, name);
  for (const words of [[], ['singan', 'train'], ['singan', 'toString'], ['rerun', 'x.png'], ['constructor'], [1]])
    assert.is(rerunOptions(commands, words), undefined, words.join(' '));
});

test('exactly the commands that record how to repeat them are those that rerun repeats', () => {
  const recording = commands.map((row) => row.name).filter((name) => reaches(name, 'cli/recipes/methodRecipe.ts'));
  // Pictures of `compare` name a command to type instead: it makes many of them at once. Those of `analogy
  // --no-training` record the `preview` that they are.
  assert.equal(
    recording.filter((name) => !['rerun', 'compare', 'analogy'].includes(name)),
    [...new Set(repeatable.map(({ words }) => words[0]))],
  );
});

test.run();
