// Debian's packages: the source entry of a backports suite, derived from the entries this machine already has, and the
// installation of Mesa's Vulkan drivers from it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, holdingInterrupts, lastLines, notify, which } from '../process.mjs';

const packages = ['mesa-vulkan-drivers', 'libvulkan1'];
const oneLine = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*\S)\s*$/;

// deb822: stanzas apart by empty lines, `Field: value`, continued on lines that start with a blank.
const stanzas = (text) =>
  text
    .replace(/^#.*\n?/gm, '')
    .split(/\n\s*\n/)
    .map((stanza) =>
      [...stanza.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t]+.*)*)/gm)].map(([, name, value]) => [name, value]),
    );
const words = (stanza, name) =>
  (stanza.find(([key]) => key.toLowerCase() === name)?.[1] ?? '').split(/\s+/).filter(Boolean);
const enabled = (stanza) =>
  words(stanza, 'types').includes('deb') && !/^(no|false|0|off)$/i.test(words(stanza, 'enabled')[0] ?? '');

/** Whether a source file already offers `suite`. */
export function offers(name, text, suite) {
  if (name.endsWith('.sources')) return stanzas(text).some((s) => enabled(s) && words(s, 'suites').includes(suite));
  return text.split('\n').some((line) => oneLine.exec(line)?.[3] === suite);
}

/**
 * The entry for `suite` (x-backports, or any with `base` = x) made from a file's entry for x: the same host, the same
 * key, the same options. { text: in the file's own format, line: as one line for people }, or null if the file has no
 * such entry.
 */
export function deriveEntry(name, text, suite, base = suite.replace(/-backports$/, '')) {
  if (name.endsWith('.sources')) {
    const stanza = stanzas(text).find(
      (s) =>
        enabled(s) &&
        words(s, 'suites').includes(base) &&
        words(s, 'components').includes('main') &&
        words(s, 'uris').some((uri) => !uri.startsWith('cdrom:')),
    );
    if (!stanza) return null;
    const replaced = { types: 'deb', suites: suite, components: 'main' };
    const key = words(stanza, 'signed-by');
    const option = key.length === 1 ? `[signed-by=${key[0]}] ` : '';
    return {
      text: stanza
        .map(([field, value]) => `${field}: ${replaced[field.toLowerCase()] ?? value}\n`.replace(': \n', ':\n'))
        .join(''),
      line: `deb ${option}${words(stanza, 'uris').find((uri) => !uri.startsWith('cdrom:'))} ${suite} main`,
    };
  }
  for (const entry of text.split('\n')) {
    const [, options, uri, of, components] = oneLine.exec(entry) ?? [];
    if (of !== base || uri.startsWith('cdrom:') || !components.split(/\s+/).includes('main')) continue;
    const line = `deb ${options ? `[${options}] ` : ''}${uri} ${suite} main`;
    return { text: `${line}\n`, line };
  }
  return null;
}

function sourceFiles() {
  const parts = '/etc/apt/sources.list.d';
  const names = existsSync(parts) ? readdirSync(parts).filter((f) => /\.(list|sources)$/.test(f)) : [];
  const paths = names.map((f) => join(parts, f));
  if (existsSync('/etc/apt/sources.list')) paths.unshift('/etc/apt/sources.list');
  const read = (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  }; // some are root's alone
  return paths.map((path) => ({ path, text: read(path) }));
}

/**
 * The entry this machine lacks for `suite`: null where one is there or none can be derived (told apart by `present`).
 */
export function missingEntry(suite, files = sourceFiles()) {
  if (files.some(({ path, text }) => offers(path, text, suite))) return { present: true, entry: null };
  for (const { path, text } of files) {
    const entry = deriveEntry(path, text, suite);
    if (entry)
      return { present: false, entry: { ...entry, extension: path.endsWith('.sources') ? 'sources' : 'list' } };
  }
  return { present: false, entry: null };
}

/** Entries for all of `suites`, derived from this machine's entry for `base`: { text, extension }, or null. */
export function derivedEntries(suites, base, files = sourceFiles()) {
  for (const { path, text } of files) {
    const entries = suites.map((suite) => deriveEntry(path, text, suite, base));
    if (entries.every(Boolean))
      return {
        text: entries.map((entry) => entry.text).join('\n'),
        extension: path.endsWith('.sources') ? 'sources' : 'list',
      };
  }
  return null;
}

/** How to become root for apt: '' (is root), 'sudo' (without a password), or null. */
export async function rootFor(command) {
  if (process.platform !== 'linux' || !which(command)) return null;
  if (process.getuid() === 0) return '';
  return which('sudo') && (await capture('sudo', ['-n', 'true'])).code === 0 ? 'sudo' : null;
}

// apt reads the machine's source files and the added one in a temporary folder: /etc/apt is never written, so nothing
// is left there even by a kill -9.
function folderWith({ text, extension }) {
  const folder = mkdtempSync(join(tmpdir(), 'semia-apt-'));
  for (const { path } of sourceFiles())
    if (path !== '/etc/apt/sources.list') symlinkSync(path, join(folder, path.split('/').at(-1)));
  writeFileSync(join(folder, `semia-backports.${extension}`), text);
  return folder;
}

/** Installs Mesa's Vulkan drivers as `plan` (system.mjs) says. True if apt succeeded; says why where it did not. */
export function installMesa(plan, sudo) {
  const run = (args) => {
    const command = [
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'LC_ALL=C',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...args,
    ];
    if (sudo) command.unshift('sudo', '-n');
    return capture(command[0], command.slice(1));
  };
  return holdingInterrupts(async () => {
    const { present, entry } = plan.suite ? missingEntry(plan.suite) : { present: true, entry: null };
    if (!present && !entry) {
      notify(`apt has no source entry from which ${plan.suite} could be derived`);
      return false;
    }
    const from = plan.suite ? `, from ${plan.suite}` : '';
    const apt = sudo ? 'apt through sudo' : 'apt';
    notify(`no WebGPU adapter found; installing the software Vulkan driver (${packages[0]}${from}) with ${apt}…`);
    const folder = entry ? folderWith(entry) : null;
    const sources = folder ? ['-o', `Dir::Etc::sourceparts=${folder}`] : [];
    if (folder) notify(`a temporary source entry is used for this: ${entry.line}`);
    try {
      const update = await run(['update', ...sources]);
      if (update.code !== 0)
        notify(`apt-get update reported problems; trying all the same:\n${lastLines(update.all, 4)}`);
      const install = [
        'install',
        '-y',
        '--no-install-recommends',
        ...(plan.suite ? ['-t', plan.suite] : []),
        ...sources,
        ...packages,
      ];
      const preview = await run([...install, '--assume-no']);
      const size = /Need to get ([\d.,]+ \w?B)/.exec(preview.all)?.[1];
      const count = (/^(\d+) upgraded, (\d+) newly/m.exec(preview.all) ?? [])
        .slice(1)
        .reduce((a, b) => a + Number(b), 0);
      if (size) notify(`apt-get install: ${count} packages, ${size} to download…`);
      const result = await run(install);
      if (result.code === 0) return true;
      notify(`apt-get install failed (${result.code ?? result.signal}):\n${lastLines(result.all)}`);
      return false;
    } finally {
      if (folder) {
        rmSync(folder, { recursive: true, force: true });
        notify('the temporary source entry is removed; updating the package lists again');
        await run(['update', '-qq']).catch(() => {}); // after an interrupt too: best effort
      }
    }
  });
}
