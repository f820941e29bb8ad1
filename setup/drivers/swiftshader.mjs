// SwiftShader, Chromium's software Vulkan driver: needs no root. Found beside an installed browser, or unpacked from
// Debian's chromium-common into the cache folder, as is the Vulkan loader where the system has none.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { capture, lastLines, notify, which } from '../process.mjs';
import { cacheFolder } from '../cacheFolder.mjs';
import { systemLibraries } from '../system.mjs';

const driver = 'libvk_swiftshader.so';
const loader = 'libvulkan.so.1';

const list = (dir) => {
  try {
    return readdirSync(dir).map((name) => join(dir, name));
  } catch {
    return [];
  }
};
/** Folders at `pattern`, a path in which `*` stands for any one name. */
function glob(pattern) {
  return pattern
    .split('/')
    .slice(1)
    .reduce(
      (dirs, part) => dirs.flatMap((dir) => (part === '*' ? list(dir) : [join(dir, part)].filter(existsSync))),
      ['/'],
    );
}

/** Folders of browsers, which hold the driver and often the loader. */
function browserFolders() {
  const home = homedir();
  const playwright = process.env.PLAYWRIGHT_BROWSERS_PATH || `${home}/.cache/ms-playwright`;
  return [
    '/usr/lib/chromium',
    '/usr/lib64/chromium-browser',
    '/usr/lib/chromium-browser',
    '/opt/google/*',
    '/opt/chromium.org/*',
    '/opt/microsoft/*',
    '/opt/brave.com/*',
    '/snap/chromium/current/usr/lib/chromium-browser',
    `${playwright}/*/*`,
    `${home}/.cache/puppeteer/*/*/*`,
  ].flatMap(glob);
}

const unpacked = () => join(cacheFolder(), 'debian');

/**
 * Downloads a Debian package as an ordinary user and takes the named files out of it. True if all of them are there.
 */
async function unpackDebian(name, files) {
  if (!which('apt-get') || !which('dpkg-deb') || !which('tar')) return false;
  const work = join(cacheFolder(), 'apt');
  mkdirSync(join(work, 'lists/partial'), { recursive: true });
  mkdirSync(unpacked(), { recursive: true });
  notify(`fetching Debian's ${name} for ${files.join(' and ')} (into ${cacheFolder()}, nothing is installed)…`);
  const apt = (...args) =>
    capture('apt-get', ['-o', 'APT::Sandbox::User=root', ...args], { cwd: work, env: { ...process.env, LC_ALL: 'C' } });
  const ownLists = ['-o', `Dir::State::Lists=${join(work, 'lists')}`, '-o', `Dir::Cache=${work}`];
  try {
    let result = await apt('download', name);
    if (result.code !== 0) {
      // no lists, or older than the newest package: fetch lists of our own, which needs no root
      await apt(...ownLists, 'update');
      result = await apt(...ownLists, 'download', name);
    }
    const deb = readdirSync(work).find((f) => f.startsWith(`${name}_`) && f.endsWith('.deb'));
    if (!deb) {
      notify(`apt-get download ${name} failed:\n${lastLines(result.all, 4)}`);
      return false;
    }
    await capture('dpkg-deb', ['-x', deb, join(work, 'tree')], { cwd: work });
    const found = (
      await capture('find', [join(work, 'tree'), '(', '-type', 'f', '-o', '-type', 'l', ')'])
    ).stdout.split('\n');
    for (const file of files) {
      const path = found.find((p) => p.endsWith(`/${file}`));
      if (!path) {
        notify(`${name} holds no ${file}`);
        return false;
      }
      // A library's name is often a link to its versioned file.
      await capture('cp', ['-L', path, join(unpacked(), `${file}.new`)]);
      renameSync(join(unpacked(), `${file}.new`), join(unpacked(), file));
    }
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** VK_ variables that choose the SwiftShader at `path`; older loaders know only the second name. */
function choose(path) {
  const icd = join(cacheFolder(), 'swiftshader.json');
  writeFileSync(
    icd,
    JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: path, api_version: '1.1.0' } }),
  );
  return { VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd };
}

/** LD_LIBRARY_PATH of a folder that holds the loader and nothing else. */
function loaderAt(path) {
  const folder = join(cacheFolder(), 'loader');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(path, join(folder, loader));
  return { LD_LIBRARY_PATH: folder };
}

export async function systemHasLoader() {
  const known = await systemLibraries();
  if (known) return known.has(loader);
  return ['/usr/lib', '/usr/lib64', ...glob('/usr/lib/*')].some((dir) => existsSync(join(dir, loader)));
}

/** Variables under which an adapter may be found without installing anything, the best first. Each is worth a probe. */
export async function* withoutRoot() {
  const lookFor = (file) => [unpacked(), ...browserFolders()].map((dir) => join(dir, file)).find(existsSync);
  let extra = {};
  if (!(await systemHasLoader())) {
    const path = lookFor(loader) ?? ((await unpackDebian('libvulkan1', [loader])) ? lookFor(loader) : null);
    if (!path) return; // no loader, no driver
    extra = loaderAt(path);
    yield extra; // a real GPU's driver, or Mesa's, may be here and lack only the loader
  }
  const path = lookFor(driver) ?? ((await unpackDebian('chromium-common', [driver])) ? lookFor(driver) : null);
  if (path) yield { ...choose(path), ...extra };
}
