/**
 * What a benchmark leaves behind with --json: on which machine, at which commit, what was measured.
 * bench/support/table.mjs makes the table of docs/experiments/speed of it.
 */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import type { Device } from '../../src/engine/device.ts';
import { writeFileAtomic } from '../../src/node/files.ts';
import type { Versions } from '../../src/model/run/runRecord.ts';
import { packageRoot, versions } from '../../src/node/version.ts';

export interface Row {
  /** What was timed, e.g. '3x3 64 at 64x64, forward'; a peer's row has the same text as ours. */
  what: string;
  /** Who did it: 'semia' or the peer's name. */
  who: string;
  /**
   * Milliseconds of one run: least and median wall time, least CPU time of the process; samples kept of those taken.
   */
  least?: number;
  median?: number;
  cpu?: number;
  kept?: number;
  taken?: number;
  rate?: number;
  unit?: 'GFLOP/s' | 'GB/s';
  /** Share of the ceiling (multiply-add or copy) measured in the same run. */
  share?: number;
  /** The peer's least wall time over ours in this run. */
  ratio?: number;
  /** Anything else measured, by name with its unit in the name. */
  more?: Record<string, number | string>;
}

export interface Machine {
  adapter: string;
  software: boolean;
  subgroups: [number, number];
  cpu: string;
  cores: number;
  memoryGiB: number;
  versions: Versions;
}
export interface Entry {
  made: string;
  load: number;
  flops: number;
  bandwidth: number;
  rows: Row[];
}
/** One file: the benches run together on one machine. */
export interface BenchRecord {
  format: 1;
  commit: string;
  machine: Machine;
  benches: { [name: string]: Entry[] };
}

export function machineOf({ info }: Device): Machine {
  const [first] = cpus();
  return {
    adapter: [info.vendor, info.architecture, info.description].filter(Boolean).join(' '),
    software: info.software,
    subgroups: [info.subgroupMin, info.subgroupMax],
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: versions(),
  };
}

/** The commit that is checked out, with '+' when tracked source files differ from it; 'unknown' outside a clone. */
export function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return (
      git('rev-parse', '--short=10', 'HEAD') + (git('status', '--porcelain', '-uno', '--', 'src', 'bench') ? '+' : '')
    );
  } catch {
    return 'unknown';
  }
}

/**
 * Adds `entry` to the runs of bench `name` in the record `file`, whole or not at all. What is there stays if it comes
 * from the same machine and commit; a record from elsewhere is replaced. UserError when the file cannot be written.
 */
export async function writeRecord(file: string, name: string, machine: Machine, entry: Entry): Promise<void> {
  const record: BenchRecord = { format: 1, commit: commit(), machine, benches: {} };
  try {
    const old = JSON.parse(readFileSync(file, 'utf8')) as BenchRecord;
    if (old.commit === record.commit && JSON.stringify(old.machine) === JSON.stringify(machine))
      record.benches = old.benches;
  } catch {
    /* none there, or none of ours */
  }
  (record.benches[name] ??= []).push(entry);
  const rounded = JSON.stringify(record, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(5)) : v), 1);
  await writeFileAtomic(file, `${rounded}\n`);
}
