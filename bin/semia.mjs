#!/usr/bin/env node
// The `semia` command: sets the variables that setup/ found WebGPU to need on this machine, then becomes the command
// line. In a clone it first builds what is missing or outdated.
import '../setup/node-version.mjs';

const { join } = await import('node:path');
const { pathToFileURL } = await import('node:url');
const { attached, entry, root } = await import('../setup/process.mjs');
const { adapterEnvironment } = await import('../setup/environment.mjs');
const { commandLine, prepareBuild } = await import('../setup/prepare.mjs');

await entry(async () => {
  await prepareBuild();
  const env = adapterEnvironment();
  // The dynamic loader reads this variable only when a process starts: start once more, with it.
  if ((env.LD_LIBRARY_PATH ?? '') !== (process.env.LD_LIBRARY_PATH ?? '') && !process.env.SEMIA_RESTARTED) {
    return attached(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      env: { ...env, SEMIA_RESTARTED: '1' },
    });
  }
  Object.assign(process.env, env);
  await import(pathToFileURL(join(root, commandLine)).href);
  return process.exitCode; // the command line's own
});
