// The setup scripts' pure parts: apt's source entries, the line for each system, uvu's summaries, what is installed.
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
// @ts-expect-error plain JavaScript, since it runs before anything is installed
import { deriveEntry, missingEntry, offers } from '../../setup/drivers/apt.mjs';
// @ts-expect-error
import { agrees } from '../../setup/dependencies.mjs';
// @ts-expect-error
import { countResults, lastLine, parseSummary, seconds, table } from '../../scripts/test/results.mjs';
// @ts-expect-error
import { aptPlan, installLine, packageManager, parseOsRelease } from '../../setup/system.mjs';

const suite = 'bookworm-backports';
const deb822 = `# a comment
Types: deb
# another
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

test('a deb822 entry keeps host and key, and changes suite and components', () => {
  const entry = deriveEntry('debian.sources', deb822, suite);
  assert.is(
    entry.text,
    `Types: deb\nURIs: http://mirror.example/debian\nSuites: ${suite}\nComponents: main\n` +
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
  );
  assert.is(
    entry.line,
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian ${suite} main`,
  );
});

test('a key written into the entry itself is kept', () => {
  const text = `Types: deb
URIs: http://m.example/d
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN
 .
 abc
 -----END
`;
  assert.match(deriveEntry('x.sources', text, suite).text, /Signed-By:\n -----BEGIN\n \.\n abc\n -----END\n$/);
});

const lists: [string, string, string | null][] = [
  ['plain', 'deb http://m.example/debian bookworm main', `deb http://m.example/debian ${suite} main`],
  [
    'options',
    'deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian bookworm main contrib',
    `deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian ${suite} main`,
  ],
  [
    'after others',
    `# x
deb-src http://m.example/debian bookworm main
deb http://s.example/s bookworm-security main
deb http://m.example/debian bookworm main`,
    `deb http://m.example/debian ${suite} main`,
  ],
  ['commented out', '# deb http://m.example/debian bookworm main', null],
  ['only sources', 'deb-src http://m.example/debian bookworm main', null],
  ['another release', 'deb http://m.example/debian trixie main', null],
  ['a disc', 'deb cdrom:[Debian]/ bookworm main', null],
  ["a stranger's, without main", 'deb http://x.example/apt bookworm stable', null],
];
for (const [name, text, line] of lists) {
  test(`.list entry: ${name}`, () => {
    assert.is(deriveEntry('sources.list', text, suite)?.line ?? null, line);
  });
}

test('no entry from a disabled stanza, nor where nothing fits', () => {
  assert.is(deriveEntry('d.sources', `Enabled: no\n${deb822.split('\n\n')[0]}`, suite), null);
  assert.is(deriveEntry('d.sources', deb822, 'trixie-backports'), null);
});

test('backports that are there already are left alone', () => {
  const list = `deb http://m.example/debian ${suite} main`;
  assert.ok(offers('b.list', list, suite));
  assert.not.ok(offers('b.list', `# ${list}`, suite));
  assert.ok(offers('b.sources', deb822.replace('bookworm-updates', suite), suite));
  assert.not.ok(offers('debian.sources', deb822, suite));
  assert.equal(
    missingEntry(suite, [
      { path: 'a.sources', text: deb822 },
      { path: 'b.list', text: list },
    ]),
    { present: true, entry: null },
  );
  assert.is(missingEntry(suite, [{ path: 'a.sources', text: deb822 }]).entry.extension, 'sources');
  assert.equal(missingEntry(suite, []), { present: false, entry: null });
});

const release = (text: string) => parseOsRelease(text.replace(/ /g, '\n'));
const systems: [string, string[], object | null, string | null][] = [
  [
    'ID=debian VERSION_ID="12" VERSION_CODENAME=bookworm',
    ['apt-get'],
    { suite },
    `sudo apt-get update && sudo apt-get install -y -t ${suite} mesa-vulkan-drivers libvulkan1`,
  ],
  [
    'ID=debian VERSION_ID="13" VERSION_CODENAME=trixie',
    ['apt-get'],
    { suite: 'trixie-backports' },
    'sudo apt-get update && sudo apt-get install -y -t trixie-backports mesa-vulkan-drivers libvulkan1',
  ],
  [
    'ID=debian VERSION_CODENAME=forky',
    ['apt-get'],
    {},
    'sudo apt-get update && sudo apt-get install -y mesa-vulkan-drivers libvulkan1',
  ],
  ['ID=debian VERSION_ID="11"', ['apt-get'], null, null],
  [
    'ID=ubuntu ID_LIKE=debian VERSION_ID="24.04"',
    ['apt-get'],
    {},
    'sudo apt-get update && sudo apt-get install -y mesa-vulkan-drivers libvulkan1',
  ],
  ['ID=fedora VERSION_ID=42', ['apt-get', 'dnf'], {}, 'sudo dnf install -y mesa-vulkan-drivers vulkan-loader'],
  ['ID=arch', ['pacman'], {}, 'sudo pacman -S --needed vulkan-swrast vulkan-icd-loader'],
  ['ID="opensuse-leap" ID_LIKE="suse"', ['zypper'], {}, 'sudo zypper install -y libvulkan_lvp libvulkan1'],
  ['ID=alpine', ['apk'], {}, 'sudo apk add mesa-vulkan-swrast vulkan-loader'],
  ['ID=unknown', [], {}, null],
];
for (const [text, present, plan, line] of systems) {
  test(`line to type: ${text}`, () => {
    const os = release(text);
    const manager = packageManager(os, (name: string) => present.includes(name));
    assert.equal(aptPlan(os), plan);
    assert.is(installLine(manager, { plan: aptPlan(os) }), line);
    if (line) assert.is(installLine(manager, { plan: aptPlan(os), root: true }), line.replaceAll('sudo ', ''));
  });
}

test('the line adds the source entry first where one is missing', () => {
  const line = installLine('apt-get', { plan: { suite }, backports: 'deb http://m.example/debian b main' });
  const list = `/etc/apt/sources.list.d/${suite}.list`;
  assert.ok(line.startsWith(`echo 'deb http://m.example/debian b main' | sudo tee ${list} && sudo apt-get update && `));
});

const summary = (total: number, passed: number, skipped: number) =>
  `• • ✘   (${passed} / ${total})

  Total:     ${total}
  Passed:    ${passed}
  Skipped:   ${skipped}
  Duration:  8.54ms

`;
const ended = { code: 0, signal: null, timedOut: null, lingered: false };

test("uvu's summary, colored or not, the last one of several", () => {
  assert.equal(parseSummary(summary(3, 2, 1)), { passed: 2, failed: 1, skipped: 1 });
  const colored =
    '\n  Total:     3\u001b[32m\n  Passed:    3\u001b[39m\n  Skipped:   \u001b[33m1\u001b[39m\n  Duration:  1ms\n';
  assert.equal(parseSummary(colored), { passed: 3, failed: 0, skipped: 1 });
  assert.equal(parseSummary(summary(1, 0, 0) + summary(2, 2, 0)), { passed: 2, failed: 0, skipped: 0 });
  assert.is(parseSummary('Exiting early before testing is finished.'), null);
});

const ends: [string, string, object, number, number, RegExp | null][] = [
  ['passes', summary(2, 2, 0), {}, 2, 0, null],
  ['has a failing test', summary(2, 1, 0), { code: 1 }, 1, 1, null],
  ['crashes before its summary', 'x', { code: null, signal: 'SIGSEGV' }, 0, 1, /SIGSEGV and no summary/],
  ['ends early', 'x', { code: 1 }, 0, 1, /exit code 1 and no summary/],
  ['crashes after its summary', summary(2, 2, 0), { code: null, signal: 'SIGABRT' }, 2, 1, /after its summary/],
  ['keeps running after its summary', summary(2, 2, 0), { code: null, signal: 'SIGKILL', lingered: true }, 2, 0, null],
  ['keeps running after a failure', summary(2, 1, 0), { code: null, signal: 'SIGKILL', lingered: true }, 1, 1, null],
  ['takes too long', 'x', { code: null, signal: 'SIGKILL', timedOut: '10 min' }, 0, 1, /timed out after 10 min/],
];
for (const [name, output, end, passed, failed, trouble] of ends) {
  test(`a file that ${name}`, () => {
    const result = countResults(output, { ...ended, ...end });
    assert.equal([result.passed, result.failed], [passed, failed]);
    if (trouble) assert.match(result.trouble, trouble);
    else assert.is(result.trouble, null);
  });
}

test('the last line, times and the table', () => {
  const row = (passed: number, failed: number, skipped: number) => ({ passed, failed, skipped });
  assert.is(lastLine([row(2, 0, 0), row(1, 1, 0)]), '3 passed, 1 failed');
  assert.is(lastLine([row(2, 0, 1)]), '2 passed, 0 failed, 1 skipped');
  assert.is(seconds(1234), '1.2 s');
  assert.is(seconds(119_900), '2 min 0 s');
  assert.is(
    table([
      ['file', 'n'],
      ['a', 10],
    ]),
    'file   n\na     10',
  );
});

// What npm wrote into node_modules against the lock file; each case changes one thing of a control that agrees.
const here = { platform: 'linux', arch: 'x64' };
const lock = {
  packages: {
    '': { name: 'x', optionalDependencies: { native: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b': { version: '2.0.0', dev: true },
    'node_modules/a-linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/a-musl': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/a-darwin': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['x64'] },
    'node_modules/wasm': { version: '1.0.0', optional: true },
    'node_modules/native': { version: '1.0.0', optional: true },
  },
};
type Entry = Record<string, unknown>;
const installed = () => ({
  packages: Object.fromEntries(
    ['a', 'b', 'a-linux', 'native'].map((name) => [
      `node_modules/${name}`,
      { ...(lock.packages as Record<string, Entry>)[`node_modules/${name}`] },
    ]),
  ) as Record<string, Entry>,
});
const states: [string, boolean, (at: ReturnType<typeof installed>) => void][] = [
  ['control', true, () => {}],
  [
    'an optional package more',
    true,
    (at) => {
      at.packages['node_modules/wasm'] = { version: '1.0.0' };
    },
  ],
  [
    'another version',
    false,
    (at) => {
      at.packages['node_modules/a'].version = '1.0.1';
    },
  ],
  [
    'another content',
    false,
    (at) => {
      at.packages['node_modules/a'].integrity = 'sha512-b';
    },
  ],
  [
    'a package missing',
    false,
    (at) => {
      delete at.packages['node_modules/b'];
    },
  ],
  [
    "this platform's package missing",
    false,
    (at) => {
      delete at.packages['node_modules/a-linux'];
    },
  ],
  [
    "the program's own optional package missing",
    false,
    (at) => {
      delete at.packages['node_modules/native'];
    },
  ],
  [
    'a package too many',
    false,
    (at) => {
      at.packages['node_modules/c'] = { version: '1.0.0' };
    },
  ],
];
for (const [name, expected, change] of states) {
  test(`installed packages: ${name}`, () => {
    const at = installed();
    change(at);
    assert.is(agrees(lock, at, here), expected);
  });
}
test('installed packages: none, or no lock file', () => {
  assert.is(agrees(lock, null, here), false);
  assert.is(agrees(null, installed(), here), false);
});

test.run();
