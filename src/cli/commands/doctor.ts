/** semia doctor: what this machine computes with, how fast, and what is missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { Session } from '../../autograd/session.ts';
import { copies, multiplyAdds } from '../../engine/ceilings.ts';
import { packageRoot, versions } from '../../node/version.ts';
import { openSession } from '../session.ts';

const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
] as const;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('adapter, driver, limits, measured speed, and what is missing')
    .addHelpText('after', '\nExample:\n  semia doctor\n')
    .action(async () => {
      const v = versions();
      row('semia', v.semia);
      row('Node', `${v.node} (${v.platform})`);
      row('npm webgpu', v.webgpu);
      const list = await missing();
      for (const { what, why, line } of list)
        row('missing', `${what}: ${why}${line ? `. Type: ${line.replaceAll('\n', ' ')}` : ''}`);
      if (list.some((m) => m.what === 'WebGPU adapter')) {
        process.exitCode = 2;
        return;
      }
      await describe(await openSession());
      if (!list.length) row('missing', 'nothing');
    });
}

const row = (name: string, value: string): void => console.log(`${name.padEnd(34)} ${value}`);

async function describe(session: Session): Promise<void> {
  const { info, features, limits: have } = session.device;
  row('adapter', info.description || `${info.vendor} ${info.architecture}`);
  row(
    'vendor, architecture',
    `${info.vendor}, ` +
      `${info.architecture || 'unnamed'}${info.software ? ' (software: it computes on the processor)' : ''}`,
  );
  row(
    'subgroup size',
    info.subgroupMax
      ? info.subgroupMin === info.subgroupMax
        ? `${info.subgroupMin}`
        : `${info.subgroupMin} to ${info.subgroupMax}`
      : 'no subgroups',
  );
  row('features', [...features].sort().join(', ') || 'none');
  for (const name of limits) row(name, String(have[name]));
  const flops = await multiplyAdds(session);
  row('multiply-add', `${(flops / 1e9).toFixed(1)} GFLOPS (${(flops / 2e9).toFixed(1)} G multiply-adds a second)`);
  row('copy', `${((await copies(session)) / 1e9).toFixed(1)} GB/s (read and written together)`);
}

interface Missing {
  what: string;
  why: string;
  line: string | null;
}
/** The setup's own list; it is plain JavaScript beside the package, since it runs before anything is built. */
async function missing(): Promise<Missing[]> {
  const path = join(packageRoot, 'setup/report.mjs');
  if (!existsSync(path)) return [];
  return ((await import(pathToFileURL(path).href)) as { missing: () => Promise<Missing[]> }).missing();
}
