/**
 * Size and form of every file: lengths of files, lines and folders, one meaning for an exported name, one style in
 * shaders. limits.json lists what is not mended yet.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesIn, foldersIn, root } from '../support/root.ts';

/** Exceptions, which may only become fewer. */
const legacy = JSON.parse(readFileSync(join(root, 'test/setup/limits.json'), 'utf8')) as {
  shaderStyle: string[];
  /** How many lines over 120 characters an area may have. */
  longLines: Record<string, number>;
  fullFolders: string[];
  sharedNames: string[];
};

test('kernels write vector types in the short form and module constants in capitals', () => {
  const wrong = filesIn('src/shaders')
    .filter((f) => f.endsWith('.wgsl'))
    .flatMap((f) =>
      readFileSync(f, 'utf8')
        .split('\n')
        .flatMap((line, i) =>
          /\bvec[234]<[fiu]32>|\bmat\dx\d<f32>|^(const|override) \w*[a-z]/.test(line)
            ? [`${relative(root, f)}:${i + 1}`]
            : [],
        ),
    )
    .filter((at) => !legacy.shaderStyle.some((f) => at.startsWith(f)));
  assert.equal(wrong, []);
});

const folders = ['src', 'test', 'setup', 'scripts', 'bench', 'examples', 'docs'];
const texts = folders
  .flatMap(filesIn)
  .concat(['build.mjs', 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((f) => join(root, f)))
  .filter((f) => existsSync(f) && /\.(ts|mts|mjs|wgsl|py|css|md)$/.test(f))
  .map((f) => ({ path: relative(root, f), lines: readFileSync(f, 'utf8').split('\n') }));

test('shaders and Python scripts have 400 lines at most, as the linter holds for the rest', () => {
  const long = texts.filter((t) => /\.(wgsl|py)$/.test(t.path) && t.lines.length > 401).map((t) => t.path);
  assert.equal(long, []);
});

test('lines have 120 characters at most', () => {
  // Rows of a table and addresses cannot be broken.
  const tooLong = (path: string, line: string): boolean =>
    line.length > 120 && !(path.endsWith('.md') && (line.startsWith('|') || /https?:/.test(line)));
  const found = new Map<string, string[]>();
  for (const { path, lines } of texts) {
    const area = path
      .split('/')
      .slice(0, path.startsWith('src/') || path.startsWith('test/') ? 2 : 1)
      .join('/');
    lines.forEach((line, i) => {
      if (tooLong(path, line)) found.set(area, [...(found.get(area) ?? []), `${path}:${i + 1}`]);
    });
  }
  const wrong = [...found]
    .filter(([area, at]) => at.length > (legacy.longLines[area] ?? 0))
    .map(([area, at]) => `${area}: ${at.length} lines, ${legacy.longLines[area] ?? 0} allowed\n${at.join('\n')}`);
  if (wrong.length) throw new Error(wrong.join('\n'));
});

test('folders have 16 entries at most', () => {
  const full = folders
    .flatMap(foldersIn)
    .filter((f) => f.folders.length + f.files.length > 16 && !legacy.fullFolders.includes(f.path))
    .map((f) => f.path);
  assert.equal(full, []);
});

test('an exported name has one meaning: no two files export the same one', () => {
  const files = new Map<string, string[]>();
  const declared =
    /^export (?:declare )?(?:abstract |async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
  // A function's overloads repeat its name within a file, and the public entries (src/index*.ts) repeat ops' names.
  for (const file of filesIn('src').filter((f) => f.endsWith('.ts') && !/src\/index[^/]*$/.test(f)))
    for (const name of new Set([...readFileSync(file, 'utf8').matchAll(declared)].map((m) => m[1])))
      files.set(name, [...(files.get(name) ?? []), relative(root, file)]);
  const twice = [...files].filter(([name, at]) => at.length > 1 && !legacy.sharedNames.includes(name));
  assert.equal(twice, []);
});

test.run();
