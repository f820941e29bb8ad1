/**
 * The rooms of src and what each may import. rooms.json holds the rules for the linter; this test proves that the
 * linter refuses each wrong import, that ARCHITECTURE.md says the same, and that rooms which run in browsers see
 * neither DOM nor Node types.
 */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../support/root.ts';

interface ImportPattern {
  group: string[];
  importNamePattern?: string;
}
interface RoomRules {
  correctness?: { noNodejsModules: string };
  style: { noRestrictedImports: { options: { patterns: ImportPattern[] } } };
}
interface Room {
  name: string;
  /** The rooms it may import from, besides itself. */
  allowed: string[];
  /** It runs in browsers: no Node built-ins, no package for Node. */
  portable: boolean;
  /** Of the engine it takes types and random numbers only. */
  engineTypesOnly: boolean;
}

const { overrides } = JSON.parse(readFileSync(join(root, 'rooms.json'), 'utf8')) as {
  overrides: { includes: string[]; linter: { rules: RoomRules } }[];
};
/** 'engine' and 'model' of '!**\/{engine,model}/**'. */
const namesIn = (glob: string): string[] => /^!\*\*\/\{?([\w,]+)\}?\/\*\*$/.exec(glob)![1].split(',');
const rooms: Room[] = overrides.map(({ includes, linter: { rules } }) => {
  const { patterns } = rules.style.noRestrictedImports.options;
  return {
    name: /^src\/(\w+)\/\*\*$/.exec(includes[0])![1],
    allowed: patterns[0].group.filter((g) => g.startsWith('!')).flatMap(namesIn),
    portable: rules.correctness?.noNodejsModules === 'error',
    engineTypesOnly: patterns.some((p) => p.importNamePattern !== undefined),
  };
});
/** Every room, also the one that holds no TypeScript. */
const names = [...rooms.map((r) => r.name), 'shaders'];
/** What a room may import from: rooms, and the plain JavaScript of setup. */
const sources = [...names, 'setup'];

test("ARCHITECTURE.md's table has the same rooms in the same order, with the same permissions", () => {
  const lines = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split('\n');
  const cells = (line: string): string[] => line.split('|').slice(1, -1);
  const head = lines.findIndex((l) => /^\|\s*room\s*\|.*\|\s*may import\s*\|/.test(l));
  assert.ok(head >= 0, 'ARCHITECTURE.md has no table with the columns room and may import');
  const column = cells(lines[head]).findIndex((c) => c.trim() === 'may import');
  const quoted = (cell: string): string[] =>
    [...cell.matchAll(/`(?:src\/)?(\w+)\/?`/g)].map((m) => m[1]).filter((name) => sources.includes(name));
  const rows: [string, string[]][] = [];
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break;
    const row = cells(line);
    for (const name of quoted(row[0])) rows.push([name, quoted(row[column]).sort()]);
  }
  assert.equal(
    rows,
    names.map((name) => [name, [...(rooms.find((r) => r.name === name)?.allowed ?? [])].sort()]),
  );
});

/** A folder with the tools' configuration and these files; removed after `use`. */
function scratch<T>(files: Record<string, string>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'semia-rooms-'));
  try {
    for (const name of ['biome.json', 'rooms.json', '.gitignore', 'package.json', 'tsconfig'])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const run = (folder: string, script: string, ...args: string[]): string =>
  spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  }).stdout;

interface Case {
  path: string;
  text: string;
  /** The rule that refuses it; null: it is allowed. */
  rule: string | null;
}
const cases: Case[] = [
  ...rooms.flatMap(({ name, allowed }) =>
    sources
      .filter((other) => other !== name)
      .map((other) => ({
        path: `src/${name}/inner/takesFrom_${other}.ts`,
        text: `import { HostRandom } from '../../${other}/${other === 'engine' ? 'random' : 'thing'}.ts';\n`,
        rule: allowed.includes(other) ? null : 'style/noRestrictedImports',
      })),
  ),
  ...rooms
    .filter(({ name }) => name !== 'engine')
    .map(({ name, engineTypesOnly, allowed }) => ({
      path: `src/${name}/opensDevice.ts`,
      text: `import { openDevice } from '../engine/device.ts';\n`,
      rule: engineTypesOnly || !allowed.includes('engine') ? 'style/noRestrictedImports' : null,
    })),
  ...rooms.map(({ name }) => ({
    path: `src/${name}/takesFromTests.ts`,
    text: `import { root } from '../../test/support/root.ts';\n`,
    rule: 'style/noRestrictedImports',
  })),
  ...rooms.map(({ name, portable }) => ({
    path: `src/${name}/readsFile.ts`,
    text: `import { readFileSync } from 'node:fs';\n`,
    rule: portable ? 'correctness/noNodejsModules' : null,
  })),
  ...rooms.map(({ name, portable }) => ({
    path: `src/${name}/takesNodePackage.ts`,
    text: `import sharp from 'sharp';\n`,
    rule: portable ? 'style/noRestrictedImports' : null,
  })),
  ...['hen', 'egg'].map((name, i, both) => ({
    path: `src/data/${name}.ts`,
    text: `import { ${both[1 - i]} } from './${both[1 - i]}.ts';\nexport const ${name} = () => ${both[1 - i]};\n`,
    rule: 'suspicious/noImportCycles',
  })),
];

test('the linter refuses imports from the wrong room, cycles, and Node below the command line', () => {
  const report = scratch(Object.fromEntries(cases.map((c) => [c.path, c.text])), (folder) =>
    run(folder, '@biomejs/biome/bin/biome', 'lint', '--reporter=json', '--max-diagnostics=1000', 'src'),
  );
  const { diagnostics } = JSON.parse(report) as { diagnostics: { category: string; location: { path: string } }[] };
  const rules = new Set(cases.map((c) => c.rule));
  const found = diagnostics
    .map((d) => ({ path: d.location.path, rule: d.category.replace('lint/', '') }))
    .filter((d) => rules.has(d.rule))
    .map((d) => `${d.path}: ${d.rule}`);
  const wanted = cases.filter((c) => c.rule).map((c) => `${c.path}: ${c.rule}`);
  assert.equal([...new Set(found)].sort(), wanted.sort());
});

test('the rooms that run in browsers see neither DOM nor Node types', () => {
  const globals = ['document.title', 'window.name', 'localStorage', 'process.argv', 'Buffer.from', 'setTimeout'];
  const portable = ['engine', 'autograd', 'data', 'model', 'evaluate'];
  const files: Record<string, string> = { 'src/platform.d.ts': readFileSync(join(root, 'src/platform.d.ts'), 'utf8') };
  for (const room of portable) {
    files[`src/${room}/works.ts`] = 'export const works = [performance.now(), new TextEncoder().encode("a")];\n';
    globals.forEach((name, i) => {
      files[`src/${room}/wrong${i}.ts`] = `export const wrong = ${name};\n`;
    });
  }
  const report = scratch(files, (folder) =>
    run(folder, 'typescript/bin/tsc', '-p', 'tsconfig/core.json', '--noEmit', '--pretty', 'false'),
  );
  const found = [...report.matchAll(/^(src\/\S+\.ts)\(.*: error TS(2304|2552|2580|2584|2591):/gm)].map((m) => m[1]);
  assert.equal(
    found.sort(),
    Object.keys(files)
      .filter((f) => f.includes('wrong'))
      .sort(),
    report,
  );
});

test.run();
