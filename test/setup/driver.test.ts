// The newer software driver of Debian 12 (setup/drivers/mesa.mjs): which adapter is old, which package has a library,
// the sources it is fetched from, and that a library which asks for a newer glibc only by its new names loads after the
// change (setup/drivers/elf.mjs).
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// @ts-expect-error plain JavaScript, since it runs before anything is installed
import { derivedEntries } from '../../setup/drivers/apt.mjs';
// @ts-expect-error
import { forGlibc, needed, tooNew } from '../../setup/drivers/elf.mjs';
// @ts-expect-error
import { mesaVersion, outdated, packageOf } from '../../setup/drivers/mesa.mjs';

test('only a software Mesa before 25.1 is outdated', () => {
  assert.equal(mesaVersion('llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1'), [25, 0]);
  const old: [string, boolean][] = [
    ['llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1', true],
    ['llvmpipe: Mesa 9.9.1', true],
    ['llvmpipe: Mesa 25.1.0', false],
    ['llvmpipe: Mesa 26.1.6 (LLVM 19.1.7)', false],
    ['radv: Mesa 24.0.1', false],
    ['SwiftShader driver-5.0.0', false],
    ['NVIDIA H100', false],
    ['', false],
  ];
  for (const [adapter, is] of old) assert.is(outdated(adapter), is, adapter);
});

test('libraries are in the packages that Debian policy names', () => {
  const packages = {
    'libLLVM.so.19.1': 'libllvm19',
    'libdisplay-info.so.2': 'libdisplay-info2',
    'libxcb-dri3.so.0': 'libxcb-dri3-0',
    'libX11-xcb.so.1': 'libx11-xcb1',
    'libz3.so.4': 'libz3-4',
    'libz.so.1': 'zlib1g',
    'libxml2.so.2': 'libxml2',
    'libicudata.so.72': 'libicu72',
    'libgcc_s.so.1': 'libgcc-s1',
    'linux-vdso': null,
  };
  for (const [library, name] of Object.entries(packages)) assert.is(packageOf(library), name, library);
});

test('all suites are derived from one entry of this machine, or none', () => {
  const text = `Types: deb
URIs: http://m.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /k.gpg
`;
  const suites = ['bookworm', 'trixie', 'trixie-backports'];
  const entry = derivedEntries(suites, 'bookworm', [
    { path: 'x.list', text: 'deb http://s.example/x stable main' },
    { path: 'd.sources', text },
  ]);
  assert.is(entry.extension, 'sources');
  assert.equal(
    [...entry.text.matchAll(/^Suites: (.*)$/gm)].map((m) => m[1]),
    suites,
  );
  assert.is(entry.text.split('\n\n').length, 3, 'stanzas stand apart');
  assert.is(entry.text.match(/Signed-By: \/k\.gpg/g).length, 3, 'each with the key');
  assert.is(
    derivedEntries(suites, 'bookworm', [{ path: 'sources.list', text: 'deb http://m.example/debian bookworm main' }])
      .text,
    suites.map((s) => `deb http://m.example/debian ${s} main\n`).join('\n'),
  );
  assert.is(
    derivedEntries(suites, 'bookworm', [{ path: 'sources.list', text: 'deb http://m.example/debian trixie main' }]),
    null,
  );
});

test('what is no library is refused, and what asks for nothing new comes back as it is', () => {
  assert.throws(() => needed(Buffer.from('#!/bin/sh\n')), /not a 64-bit/);
  assert.throws(() => needed(Buffer.alloc(100)), /not a 64-bit/);
});

const compiler = spawnSync('gcc', ['--version']).status === 0 && process.platform === 'linux';
(compiler ? test : test.skip)(
  'a library built against glibc 2.99 loads here after the change, finds its neighbor, and calls the old function',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'semia-elf-'));
    const run = (command: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
      assert.is(status, 0, stderr);
    };
    const source = (name: string, text: string) => writeFileSync(join(folder, name), text);
    try {
      // A stand-in for a later libc: the linker takes versions from it; it is never loaded.
      source(
        'libc.c',
        `long strtol(const char *s, char **e, int b) { return 0; }
long __isoc23_strtol(const char *s, char **e, int b) { return 0; }
long __isoc23_strtoull(const char *s, char **e, int b) { return 0; }
int shiny_new(void) { return 0; }
long write(int a, const void *b, unsigned long c) { return 0; }
`,
      );
      const base = process.arch === 'arm64' ? 'GLIBC_2.17' : 'GLIBC_2.2.5';
      source(
        'libc.map',
        `${base} { global: strtol; write; local: *; };
GLIBC_2.99 { global: __isoc23_strtol; __isoc23_strtoull; shiny_new; } ${base};
`,
      );
      run(
        'gcc',
        '-shared',
        '-fPIC',
        '-nostdlib',
        '-fno-builtin',
        '-Wl,--version-script=libc.map',
        '-Wl,-soname,libc.so.6',
        '-o',
        'later.so',
        'libc.c',
      );
      source('near.c', 'int neighbor(void) { return 7; }\n');
      run('gcc', '-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libnear.so.1', '-o', 'libnear.so.1', 'near.c');
      // At loading it says what strtol and its neighbor gave: '42 7'.
      source(
        'user.c',
        `long __isoc23_strtol(const char *, char **, int);
long __isoc23_strtoull(const char *, char **, int);
long write(int, const void *, unsigned long);
int neighbor(void);
void (*keep)(void) = (void (*)(void))&write; static char room[8]; char *somewhere = room;
__attribute__((constructor)) void hello(void) {
  long n = __isoc23_strtol("42", 0, 10) + __isoc23_strtoull("0", 0, 10);
  char s[4] = { '0' + n / 10, '0' + n % 10, '0' + neighbor(), '\\n' };
  write(1, s, 4);
}
`,
      );
      run(
        'gcc',
        '-shared',
        '-fPIC',
        '-nostdlib',
        '-fno-builtin',
        '-o',
        'user.so',
        'user.c',
        'later.so',
        'libnear.so.1',
      );
      source('new.c', 'int shiny_new(void);\nint call(void) { return shiny_new(); }\n');
      run('gcc', '-shared', '-fPIC', '-nostdlib', '-o', 'new.so', 'new.c', 'later.so');

      const load = (file: string) => {
        const path = JSON.stringify(join(folder, file));
        const script = `try { process.dlopen({ exports: {} }, ${path}); } catch (e) { console.log(e.message); }`;
        return spawnSync(process.execPath, ['-e', script], {
          encoding: 'utf8',
          env: { ...process.env, LD_LIBRARY_PATH: '' },
        }).stdout;
      };
      const bytes = readFileSync(join(folder, 'user.so'));
      assert.equal(needed(bytes).sort(), ['libc.so.6', 'libnear.so.1']);
      assert.equal(tooNew(bytes, '2.36').sort(), ['__isoc23_strtol', '__isoc23_strtoull']);
      assert.equal(tooNew(bytes, '2.99'), []);
      assert.is(forGlibc(bytes, '2.99'), bytes, 'nothing to change');
      assert.match(load('user.so'), /GLIBC_2\.99' not found|libnear/, 'as it is, it does not load');
      const changed = forGlibc(bytes, '2.36');
      assert.equal(tooNew(changed, '2.36'), []);
      source('changed.so', changed);
      assert.match(load('changed.so'), /^427\n/, 'changed, it runs');
      assert.is(
        forGlibc(readFileSync(join(folder, 'new.so')), '2.36'),
        null,
        'a function that the old glibc has under no name',
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test.run();
