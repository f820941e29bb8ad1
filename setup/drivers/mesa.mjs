// A newer Mesa for Debian 12, in the user's cache folder: nothing is installed, and root is not needed. Debian 12
// itself, backports included, has 25.0 at most; 26.1, made for Debian 13, compiles kernels several times as fast and
// loads and copies at twice the speed on the same cores (docs/experiments/speed/software-driver.md). Its driver asks
// this system's glibc for little that it lacks (elf.mjs).
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { derivedEntries } from './apt.mjs';
import { forGlibc, needed } from './elf.mjs';
import { cacheFolder } from '../cacheFolder.mjs';
import { capture, lastLines, notify, SetupError, which } from '../process.mjs';
import { osRelease, systemLibraries } from '../system.mjs';

const driver = 'libvulkan_lvp.so';
const loader = 'libvulkan.so.1';
const record = 'variables.json';
/** Releases by the version that may borrow: its own name, and where the driver comes from. */
const lenders = { 12: { own: 'bookworm', next: 'trixie', from: 'trixie-backports' } };
const enough = [25, 1]; // from this Mesa on, kernels compile fast

/** 'mesa software llvmpipe: Mesa 25.0.7-2 (LLVM 15)' -> [25, 0], or null where it is no software Mesa. */
export function mesaVersion(adapter) {
  const found = /llvmpipe|lavapipe/i.test(adapter ?? '') && /Mesa (\d+)\.(\d+)/.exec(adapter);
  return found ? [Number(found[1]), Number(found[2])] : null;
}
/** Whether an adapter is a software one that a newer Mesa would make several times as quick to start. */
export function outdated(adapter) {
  const version = mesaVersion(adapter);
  return version !== null && (version[0] < enough[0] || (version[0] === enough[0] && version[1] < enough[1]));
}

/** Debian's package of a library by its name (policy 8.1): libz3.so.4 is in libz3-4, libX11-xcb.so.1 in libx11-xcb1. */
export function packageOf(library) {
  const exceptions = { 'libz.so.1': 'zlib1g', 'libxml2.so.2': 'libxml2' };
  const icu = /^libicu\w+\.so\.(\d+)$/.exec(library);
  if (icu) return `libicu${icu[1]}`;
  const llvm = /^libLLVM\.so\.(\d+)/.exec(library);
  if (llvm) return `libllvm${llvm[1]}`;
  const [, name, number] = /^(.+)\.so\.(\d+)$/.exec(library) ?? [];
  if (!name) return null;
  return exceptions[library] ?? `${name.toLowerCase().replace(/_/g, '-')}${/\d$/.test(name) ? '-' : ''}${number}`;
}

const glibc = () => process.report?.getReport().header.glibcVersionRuntime ?? null;
const lender = () => {
  const os = osRelease();
  if (process.platform !== 'linux' || os.ID !== 'debian' || process.env.SEMIA_NO_APT || !glibc()) return null;
  return ['apt-get', 'dpkg-deb'].every((name) => which(name))
    ? (lenders[Number.parseInt(os.VERSION_ID, 10)] ?? null)
    : null;
};

const home = () => join(cacheFolder(), 'mesa');
/** The variables that choose the driver in `folder`, as it was left there. */
const choose = (folder) => JSON.parse(readFileSync(join(folder, record), 'utf8'));

/**
 * apt with lists and sources of its own, in `work`; it reads the machine's entry and its keys, and writes nothing
 * outside.
 */
function aptIn(work, entry) {
  for (const folder of ['lists/partial', 'archives/partial', 'sources', 'debs'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, `sources/semia.${entry.extension}`), entry.text);
  const options = {
    'APT::Sandbox::User': 'root',
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(work, 'sources'),
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': work,
    'Acquire::Languages': 'none',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
    'Acquire::Retries': '1',
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return (...args) =>
    capture('apt-get', [...flags, ...args], { cwd: join(work, 'debs'), env: { ...process.env, LC_ALL: 'C' } });
}

/** Collects the driver and what it needs beyond the system's libraries. { folder }, or a sentence that says why not. */
async function assemble(work, { own, next, from }) {
  const entry = derivedEntries([own, next, from], own);
  if (!entry) return `apt has no entry for ${own} that others could be derived from`;
  const apt = aptIn(work, entry);
  const update = await apt('update');
  const made = join(work, 'made');
  mkdirSync(made);
  /**
   * Downloads packages of a release and adds the files that `wanted` names to the folder. The names of the packages'
   * files.
   */
  const add = async (names, release, wanted) => {
    const download = (some) => apt('download', ...some.map((name) => `${name}/${release}`));
    // apt gets all or none: where one is not in this release, each is asked for by itself. What is missing shows below.
    if ((await download(names)).code !== 0 && names.length > 1) for (const name of names) await download([name]);
    const debs = readdirSync(join(work, 'debs')).filter((f) => f.endsWith('.deb'));
    for (const deb of debs) {
      const tree = join(work, 'tree');
      await capture('dpkg-deb', ['-x', join(work, 'debs', deb), tree]);
      rmSync(join(work, 'debs', deb));
      for (const path of readdirSync(tree, { recursive: true }).map(String)) {
        const file = path.split('/').at(-1);
        if (!wanted(file)) continue;
        const bytes = readFileSync(join(tree, path));
        const fitting = file.endsWith('.json') ? bytes : forGlibc(bytes, glibc());
        if (fitting) writeFileSync(join(made, file), fitting); // else it really needs a newer glibc
      }
      rmSync(tree, { recursive: true, force: true });
    }
    return debs;
  };
  const [deb] = await add(['mesa-vulkan-drivers'], from, (file) => file === driver || /^lvp_icd.*\.json$/.test(file));
  if (!existsSync(join(made, driver)))
    return `${from} gave no Mesa that loads here${update.code === 0 ? '' : `:\n${lastLines(update.all, 3)}`}`;
  const have = (await systemLibraries()) ?? new Set();
  const needs = (files) => files.flatMap((file) => needed(readFileSync(join(made, file))));
  const here = new Set();
  // whether the driver finds all by itself: what it needs, beside it; what those need, in the system
  let alone = have.has(loader);
  for (let wanted = [...needs([driver]), loader], round = 0; ; wanted = needs(wanted), round++) {
    wanted = [...new Set(wanted)].filter((library) => !have.has(library) && !here.has(library));
    if (!wanted.length) break;
    if (round) alone = false;
    for (const release of [own, next]) {
      const names = wanted
        .filter((library) => !existsSync(join(made, library)))
        .map(packageOf)
        .filter(Boolean);
      if (names.length) await add([...new Set(names)], release, (file) => wanted.includes(file));
    }
    const lost = wanted.find((library) => !existsSync(join(made, library)));
    if (lost) return `the library ${lost} was not found in Debian's ${packageOf(lost) ?? 'packages'}`;
    for (const library of wanted) here.add(library);
  }
  const icd = JSON.parse(
    readFileSync(
      join(
        made,
        readdirSync(made).find((f) => /^lvp_icd.*\.json$/.test(f)),
      ),
      'utf8',
    ),
  );
  const folder = join(
    home(),
    decodeURIComponent(deb)
      .split('_')[1]
      .replace(/[^\w.]+/g, '-'),
  );
  icd.ICD.library_path = join(folder, driver);
  writeFileSync(join(made, 'icd.json'), JSON.stringify(icd));
  const variables = { VK_DRIVER_FILES: join(folder, 'icd.json'), VK_ICD_FILENAMES: join(folder, 'icd.json') };
  writeFileSync(join(made, record), JSON.stringify(alone ? variables : { ...variables, LD_LIBRARY_PATH: folder }));
  rmSync(folder, { recursive: true, force: true });
  renameSync(made, folder);
  return { folder };
}

// A try that failed (no network, no such suite) is not repeated by every start.
const failedAt = () => join(home(), 'failed');
const triedLately = () => {
  try {
    return Date.now() - statSync(failedAt()).mtimeMs < 24 * 3600 * 1000;
  } catch {
    return false;
  }
};

/** Variables that choose the newest Mesa made here before, or null. */
export function newerMesaHere() {
  if (!existsSync(home())) return null;
  const made = readdirSync(home()).filter((name) => existsSync(join(home(), name, record)));
  const newest = made.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest ? choose(join(home(), newest)) : null;
}

/**
 * Fetches a newer Mesa where this system can have one that `works` (asked with its variables). Those variables, or
 * null.
 */
export async function fetchNewerMesa(works) {
  const from = lender();
  if (!from || triedLately()) return null;
  notify(
    `fetching a newer software Vulkan driver (Mesa from Debian's ${from.from}, some 70 MB with lists) ` +
      `into ${cacheFolder()}; nothing is installed…`,
  );
  mkdirSync(home(), { recursive: true });
  // left by a kill -9; a younger one may be in use
  const left = (name) => name.startsWith('work-') && Date.now() - statSync(join(home(), name)).mtimeMs > 3600 * 1000;
  for (const name of readdirSync(home()).filter(left)) rmSync(join(home(), name), { recursive: true, force: true });
  const work = mkdtempSync(join(home(), 'work-'));
  let result;
  try {
    result = await assemble(work, from);
  } catch (error) {
    if (error instanceof SetupError) throw error; // an interrupt
    result = String(error.message ?? error);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (result.folder) {
    const variables = choose(result.folder);
    if (await works(variables)) {
      rmSync(failedAt(), { force: true });
      return variables;
    }
    rmSync(result.folder, { recursive: true, force: true });
    result = 'it gives no adapter here';
  }
  writeFileSync(failedAt(), '');
  notify(`no newer driver: ${result}`);
  return null;
}
