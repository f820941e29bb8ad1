// A WebGPU adapter: found, or made possible with a software Vulkan driver, or explained. In order: what is there,
// unless that is an old software Mesa; what was found last time; a newer Mesa of our own (Debian 12, no root); Mesa
// through apt (root, or sudo without a password); SwiftShader, which needs no root; one line to type. SEMIA_NO_APT=1
// keeps apt from being asked at all.
import { existsSync } from 'node:fs';
import { installMesa, missingEntry, rootFor } from './drivers/apt.mjs';
import { chosenByUser, probe, remember, remembered } from './environment.mjs';
import { fetchNewerMesa, newerMesaHere, outdated } from './drivers/mesa.mjs';
import { notify, SetupError } from './process.mjs';
import { withoutRoot } from './drivers/swiftshader.mjs';
import { aptPlan, installLine, osRelease, packageManager } from './system.mjs';

/**
 * What works without installing: { ok: true, env, adapter, software }, or { ok: false } with the failed probe's stage
 * and error.
 */
export async function findAdapter() {
  const plain = await probe();
  if (plain.ok && !outdated(plain.adapter)) {
    remember({}, plain.adapter);
    return { ...plain, env: {} };
  }
  const env = remembered()?.env;
  for (const other of [env, !chosenByUser().length && newerMesaHere()]) {
    if (!other || !Object.keys(other).length) continue;
    const again = await probe(other);
    if (again.ok) {
      remember(other, again.adapter);
      return { ...again, env: other };
    }
  }
  if (plain.ok) remember({}, plain.adapter);
  return plain.ok ? { ...plain, env: {} } : { ...plain, ok: false };
}

/** Installs a newer software driver where Debian has one for this system. Resolves as findAdapter does, or to null. */
async function newer() {
  let found = null;
  const env = await fetchNewerMesa(async (variables) => (found = await probe(variables)).ok);
  if (env) remember(env, found.adapter);
  return env && { ...found, env };
}

/** What to type for an adapter on this system, or null. */
export function adapterLine(failed = null) {
  if (process.platform !== 'linux' || (failed && !driverMayHelp(failed))) return null;
  const os = osRelease();
  const manager = packageManager(os);
  const plan = aptPlan(os);
  const source = manager === 'apt-get' && plan?.suite ? missingEntry(plan.suite) : null;
  if (source && !source.present && !source.entry) return null;
  return installLine(manager, { root: process.getuid() === 0, plan, backports: source?.entry?.line });
}

/** Why there is no adapter, from a failed probe: one sentence without its full stop. */
export function reason(failed) {
  const chosen = chosenByUser();
  if (failed.stage === 'load') return `the WebGPU library (npm webgpu) does not load here: ${failed.error}`;
  if (chosen.length) {
    const settings = chosen.map((name) => `${name}=${process.env[name]}`).join(' ');
    return `no WebGPU adapter with ${settings}; correct or unset it`;
  }
  return failed.stage === 'adapter'
    ? 'no WebGPU adapter found'
    : `the WebGPU adapter ${failed.adapter ?? ''} does not work: ${failed.error}`;
}

/** Whether another driver may help: not where the library does not load, nor against the user's choice of a driver. */
const driverMayHelp = (failed) => failed.stage !== 'load' && !chosenByUser().length;

function explain(failed) {
  const why = reason(failed);
  if (!driverMayHelp(failed)) return why;
  const line = adapterLine();
  if (line) return `${why}. For a software one, type:\n  ${line}`;
  if (process.platform === 'darwin') return `${why}: macOS offers one (Metal) outside most virtual machines`;
  if (process.platform === 'win32') return `${why}: install the graphics card's driver, or enable Direct3D 12`;
  return `${why}: install a Vulkan driver (Mesa 23 or newer, or the graphics card's own) and the Vulkan loader`;
}

function report(found) {
  notify(`WebGPU adapter: ${found.adapter}${found.software ? ' (software: it computes on the processor)' : ''}`);
  // A frequent trap of containers: the card is there, its Vulkan driver is not passed in.
  if (found.software && existsSync('/dev/nvidia0')) {
    notify(
      'note: an NVIDIA card is here, but its Vulkan driver is not (in a container: NVIDIA_DRIVER_CAPABILITIES=all)',
    );
  }
  return found;
}

/** Finds an adapter or makes one possible; throws a SetupError that says what to type. */
export async function ensureAdapter() {
  let found = await findAdapter();
  if (found.ok && !outdated(found.adapter)) return report(found);
  const better = driverMayHelp(found) ? await newer() : null;
  if (better) return report(better);
  if (found.ok) {
    // Debian 12's backports have no newer
    const line = aptPlan(osRelease())?.suite?.startsWith('trixie') ? adapterLine() : null;
    if (line)
      notify(`note: a newer Mesa than this one compiles kernels ten times as fast. To have it, type:\n  ${line}`);
    return report(found);
  }
  if (!driverMayHelp(found) || process.platform !== 'linux') throw new SetupError(explain(found));

  const os = osRelease();
  const plan = packageManager(os) === 'apt-get' && !process.env.SEMIA_NO_APT ? aptPlan(os) : null;
  const sudo = plan && (await rootFor('apt-get'));
  if (plan && sudo !== null && (await installMesa(plan, sudo))) {
    found = await findAdapter();
    if (found.ok) return report(found);
    notify('the driver is installed, but gives no adapter');
  }
  notify(`${reason(found)}; looking for a software Vulkan driver that needs no installation (SwiftShader)…`);
  for await (const env of withoutRoot()) {
    const next = await probe(env);
    if (!next.ok) continue;
    remember(env, next.adapter);
    const line = next.software ? adapterLine() : null;
    if (line)
      notify(`note: Mesa's software driver is several times faster than this one. To have it, type:\n  ${line}`);
    return report({ ...next, env });
  }
  throw new SetupError(explain(found));
}
