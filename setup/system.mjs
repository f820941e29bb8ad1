// What kind of system this is, and the command line that installs a Vulkan driver there.
import { existsSync, readFileSync } from 'node:fs';
import { capture, which } from './process.mjs';

/** os-release's text as an object. */
export function parseOsRelease(text) {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, key, value]) => [key, value.replace(/^(["'])(.*)\1$/, '$2')]),
  );
}

export function osRelease() {
  for (const path of ['/etc/os-release', '/usr/lib/os-release'])
    if (existsSync(path)) return parseOsRelease(readFileSync(path, 'utf8'));
  return {};
}

/** The libraries that the dynamic loader finds by itself, by name, or null where nobody can be asked. */
export async function systemLibraries() {
  const ldconfig = which('ldconfig') ?? ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find(existsSync);
  return ldconfig
    ? new Set([...(await capture(ldconfig, ['-p'])).stdout.matchAll(/^\s+(\S+) \(/gm)].map(([, name]) => name))
    : null;
}

/**
 * How apt gets a Mesa that Dawn accepts here: { suite } (from that suite), {} (from the ordinary sources), or null
 * where all that apt has is too old. Debian 12's own lavapipe (22.3) lacks features that WebGPU requires; backports has
 * 25.0 (and mesa.mjs something newer). Debian 13's own (25.0) compiles slowly; backports has 26.1.
 */
export function aptPlan(os) {
  const version = Number.parseFloat(os.VERSION_ID ?? 'Infinity'); // testing and unstable have no number
  const backed = { 12: 'bookworm', 13: 'trixie' }[version];
  if (os.ID === 'debian')
    return version < 12 ? null : backed ? { suite: `${os.VERSION_CODENAME ?? backed}-backports` } : {};
  if (os.ID === 'ubuntu') return version < 22 ? null : {};
  return {};
}

const lines = {
  'apt-get': ['apt-get update && ', 'apt-get install -y mesa-vulkan-drivers libvulkan1'],
  dnf: ['', 'dnf install -y mesa-vulkan-drivers vulkan-loader'],
  pacman: ['', 'pacman -S --needed vulkan-swrast vulkan-icd-loader'],
  zypper: ['', 'zypper install -y libvulkan_lvp libvulkan1'],
  apk: ['', 'apk add mesa-vulkan-swrast vulkan-loader'],
};

/**
 * The system's package manager: the one of its family if it is present, else the first of `lines` that is. (A Fedora
 * may have apt too.)
 */
export function packageManager(os, present = which) {
  const family = `${os.ID ?? ''} ${os.ID_LIKE ?? ''}`;
  const native = [
    [/debian|ubuntu/, 'apt-get'],
    [/fedora|rhel/, 'dnf'],
    [/arch/, 'pacman'],
    [/suse/, 'zypper'],
    [/alpine/, 'apk'],
  ].find(([pattern, name]) => pattern.test(family) && present(name))?.[1];
  return native ?? Object.keys(lines).find((name) => present(name)) ?? null;
}

/** The line to type, or null where none is known. `backports`: a one-line source entry to add first (see apt.mjs). */
export function installLine(manager, { root = false, plan = {}, backports = null } = {}) {
  if (!manager || (manager === 'apt-get' && !plan)) return null;
  const sudo = root ? '' : 'sudo ';
  const [first, second] = lines[manager];
  if (manager !== 'apt-get' || !plan.suite) return `${first && sudo + first}${sudo}${second}`;
  const add = backports ? `echo '${backports}' | ${sudo}tee /etc/apt/sources.list.d/${plan.suite}.list && ` : '';
  return `${add}${sudo}${first}${sudo}${second.replace('-y', `-y -t ${plan.suite}`)}`;
}
