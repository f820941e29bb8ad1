// Which environment variables make WebGPU find its adapter on this machine: remembered in a small file of the user's
// cache folder by setup/adapter.mjs, read by everything that starts the program. Reading costs no probe.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheFolder, privateTemp } from './cacheFolder.mjs';
import { capture, root } from './process.mjs';

const recordPath = () => join(cacheFolder(), 'adapter.json');

// Values that an earlier start of this program has set, and this process inherited, are not the user's choice.
const ours = (value) => value?.startsWith(cacheFolder()) ?? false;
const choices = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/** The variables by which the user has chosen a driver: theirs win over ours. */
export const chosenByUser = (env = process.env) => choices.filter((name) => env[name] && !ours(env[name]));

/** This process's environment without what this program has set. */
function foreign() {
  const env = { ...process.env };
  for (const name of choices) if (ours(env[name])) delete env[name];
  const paths = (env.LD_LIBRARY_PATH ?? '').split(delimiter).filter((path) => path && !ours(path));
  if (paths.length) env.LD_LIBRARY_PATH = paths.join(delimiter);
  else delete env.LD_LIBRARY_PATH;
  return env;
}

/**
 * Remembers the variables that work. Machines may share a home, so they count for this host only. Nothing is remembered
 * where the user has chosen a driver.
 */
export function remember(env, adapter) {
  if (chosenByUser().length) return;
  const text = `${JSON.stringify({ host: hostname(), adapter, env }, null, 2)}\n`;
  try {
    if (readFileSync(recordPath(), 'utf8') === text) return;
  } catch {
    /* none yet */
  }
  try {
    writeFileSync(recordPath(), text);
  } catch {
    /* a cache: the next start probes again */
  }
}

/** What was remembered, or null: none, another host's, against the user's choice, or naming files that are gone. */
export function remembered() {
  try {
    const record = JSON.parse(readFileSync(recordPath(), 'utf8'));
    if (record.host !== hostname() || chosenByUser().length) return null;
    return Object.values(record.env).every((path) => existsSync(path)) ? record : null;
  } catch {
    return null;
  }
}

/** The environment for a child that uses WebGPU, with `extra` (paths by variable) added. */
export function withExtra(extra) {
  const env = { ...foreign(), ...extra };
  const before = foreign().LD_LIBRARY_PATH;
  if (extra.LD_LIBRARY_PATH && before) env.LD_LIBRARY_PATH = extra.LD_LIBRARY_PATH + delimiter + before;
  // lavapipe looks for a Wayland socket there and complains about a missing folder on every start.
  if (process.platform === 'linux' && !env.XDG_RUNTIME_DIR) env.XDG_RUNTIME_DIR = privateTemp('semia');
  return env;
}

/** The environment for a child that uses WebGPU, from what was remembered: no probe. */
export const adapterEnvironment = () => withExtra(remembered()?.env ?? {});

/** Asks a child process whether WebGPU computes with these extra variables. { ok, stage, adapter, software, error } */
export async function probe(extra = {}) {
  const { code, signal, stdout } = await capture(process.execPath, [join(root, 'setup/probe.mjs')], {
    env: withExtra(extra),
    cwd: root,
    timeout: 120_000,
  });
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch {
    /* it died before it could answer */
  }
  return { ok: false, stage: 'crash', error: `the probe ended with ${signal ?? `exit code ${code}`}` };
}
