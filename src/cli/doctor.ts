/** semia doctor: what this machine computes with, how fast, and what is missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { grid } from '../autograd/op.ts';
import type { Session, Tensor } from '../autograd/tensor.ts';
import copyKernel from '../shaders/doctor.copy.wgsl';
import rateKernel from '../shaders/doctor.rate.wgsl';
import { packageRoot, versions } from '../node/version.ts';
import { openSession } from './session.ts';

const limits = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage', 'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupStorageSize', 'maxComputeWorkgroupsPerDimension'] as const;
const trialMs = 400;

export function addDoctor(program: Command): void {
  program.command('doctor').description('adapter, driver, limits, measured speed, and what is missing')
    .addHelpText('after', '\nExample:\n  semia doctor\n')
    .action(async () => {
      const v = versions();
      row('semia', v.semia);
      row('Node', `${v.node} (${v.platform})`);
      row('npm webgpu', v.webgpu);
      const list = await missing();
      for (const { what, why, line } of list) row('missing', `${what}: ${why}${line ? `. Type: ${line.replaceAll('\n', ' ')}` : ''}`);
      if (list.some((m) => m.what === 'WebGPU adapter')) { process.exitCode = 2; return; }
      await describe(await openSession());
      if (!list.length) row('missing', 'nothing');
    });
}

const row = (name: string, value: string): void => console.log(`${name.padEnd(34)} ${value}`);

async function describe(session: Session): Promise<void> {
  const { info, features, limits: have } = session.device;
  row('adapter', info.description || `${info.vendor} ${info.architecture}`);
  row('vendor, architecture', `${info.vendor}, ${info.architecture || 'unnamed'}${info.software ? ' (software: it computes on the processor)' : ''}`);
  row('subgroup size', info.subgroupMax ? (info.subgroupMin === info.subgroupMax ? `${info.subgroupMin}` : `${info.subgroupMin} to ${info.subgroupMax}`) : 'no subgroups');
  row('features', [...features].sort().join(', ') || 'none');
  for (const name of limits) row(name, String(have[name]));
  const flops = await multiplyAdds(session);
  row('multiply-add', `${(flops / 1e9).toFixed(1)} GFLOPS (${(flops / 2e9).toFixed(1)} G multiply-adds a second)`);
  row('copy', `${(await copies(session) / 1e9).toFixed(1)} GB/s (read and written together)`);
}

/** Best seconds of one run of a program, over `trialMs`, after a run to warm up. */
async function best(session: Session, step: () => void): Promise<number> {
  const program = await session.record(step);
  let least = Infinity;
  const until = performance.now() + trialMs;
  for (let i = 0; i < 2 || performance.now() < until; i++) {
    const start = performance.now();
    program.run();
    await session.idle();
    if (i > 0) least = Math.min(least, performance.now() - start);
  }
  program.destroy();
  return least / 1000;
}

/** Floating-point operations a second: two for each multiply-add. */
async function multiplyAdds(session: Session): Promise<number> {
  const threads = 64 * 1024;
  const y = session.lasting([threads, 4], 'doctor');
  const time = (rounds: number): Promise<number> => best(session, () => session.run(rateKernel, { read: {}, write: { y }, params: { rounds }, groups: [threads / 64] }));
  const each = 16 * 4 * 2 * threads;
  let rounds = 16;
  // As long as a launch is short, its start is a part of what is measured.
  for (let s = await time(rounds); s < 0.02 && rounds < 1 << 18; s = await time(rounds)) rounds *= 8;
  return each * rounds / await time(rounds);
}

/** Bytes moved a second, read and written. */
async function copies(session: Session): Promise<number> {
  const size = Math.min(1 << 26, session.device.limits.maxStorageBufferBindingSize);
  const tensor = (name: string): Tensor => session.lasting([size / 16, 4], name);
  const [x, y] = [tensor('doctor.x'), tensor('doctor.y')];
  return 2 * size / await best(session, () => session.run(copyKernel, { read: { x }, write: { y }, groups: grid(size / 16, 256) }));
}

interface Missing { what: string; why: string; line: string | null }
/** The setup's own list; it is plain JavaScript beside the package, since it runs before anything is built. */
async function missing(): Promise<Missing[]> {
  const path = join(packageRoot, 'setup/report.mjs');
  if (!existsSync(path)) return [];
  return ((await import(pathToFileURL(path).href)) as { missing: () => Promise<Missing[]> }).missing();
}
