/**
 * What every benchmark starts and ends with: adapter, versions, load, the ceilings measured in the same run, and the
 * record.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { copies, multiplyAdds } from '../../src/engine/ceilings.ts';
import { Session } from '../../src/autograd/session.ts';
import { openNodeDevice, passesFromEnvironment } from '../../src/node/gpu.ts';
import { machineOf, writeRecord, type Machine, type Row } from './record.ts';
import { sample, summarize, type Sample, type Timing } from './timing.ts';

export interface Bench {
  session: Session;
  /** Ceilings: floating-point operations and bytes a second. */
  flops: number;
  bandwidth: number;
  machine: Machine;
  /** Whether --peers was given. */
  peers: boolean;
  /** Whether --only (a regular expression) is absent or fits this title of a section. */
  wants(title: string): boolean;
  /** Adds a row to the record. */
  record(row: Row): void;
  /** Prints a row and adds it to the record. */
  row(row: Row): void;
  /** Writes the record if --json was given, and ends the process: an open device would keep Node alive. */
  finish(): Promise<never>;
}

/** Opens the device, measures its ceilings, prints both. `name`: the bench's, for the record. */
export async function openBench(name: string): Promise<Bench> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      peers: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  });
  const session = new Session(await openNodeDevice(), undefined, { disabledPasses: passesFromEnvironment() });
  const machine = machineOf(session.device);
  const [flops, bandwidth] = [await multiplyAdds(session), await copies(session)];
  const rows: Row[] = [];
  const [made, load] = [new Date().toISOString(), loadavg()[0]];
  const { versions } = machine;
  console.log(
    `${machine.adapter}, subgroups of ${machine.subgroups[1]}; ${machine.cores} x ${machine.cpu}; ` +
      `Node ${versions.node}, webgpu ${versions.webgpu}; load ${load.toFixed(1)}`,
  );
  console.log(
    `ceilings in this run: ${(flops / 1e9).toFixed(1)} GFLOPS multiply-add, ${(bandwidth / 1e9).toFixed(1)} GB/s copy`,
  );
  return {
    session,
    flops,
    bandwidth,
    machine,
    peers: values.peers,
    wants: (title) => new RegExp(values.only, 'i').test(title),
    record: (row) => rows.push(row),
    row(row) {
      rows.push(row);
      console.log(line(row));
    },
    async finish() {
      if (values.json) await writeRecord(values.json, name, machine, { made, load, flops, bandwidth, rows });
      process.exit(0);
    },
  };
}

/**
 * Least and median wall and CPU milliseconds of `work` over `samples` runs after three to warm up, or one if that took
 * a second.
 */
export async function time(work: () => Promise<void>, samples = 7): Promise<Timing> {
  for (let i = 0; i < 3; i++) if ((await sample(work)).wall > 1000) break;
  const taken: Sample[] = [];
  for (let i = 0; i < samples; i++) taken.push(await sample(work));
  return summarize(taken);
}

/** The timing of one of `repeat` runs that were timed together. */
export const perRun = (t: Timing, repeat: number): Timing => ({
  ...t,
  least: t.least / repeat,
  median: t.median / repeat,
  cpu: t.cpu / repeat,
});

/** A row's numbers as a line: wall, CPU time, rate, share of its ceiling, ratio to ours. */
export function line(row: Row): string {
  const n = (v: number | undefined, digits: number, unit: string): string =>
    v === undefined ? '' : `${v.toFixed(digits)} ${unit}`;
  const ms = (v: number | undefined): string => n(v, v! < 10 ? 3 : 1, '');
  const dropped = row.kept === row.taken ? '' : ` (${row.kept} of ${row.taken} samples had their cores)`;
  const cells = [
    row.least === undefined ? '' : `${ms(row.least)}ms least, ${ms(row.median)}median, ${ms(row.cpu)}CPU${dropped}`,
    n(row.rate, 1, row.unit ?? ''),
    n(row.share && 100 * row.share, 0, '% of the ceiling'),
    n(row.ratio, 2, 'times our time'),
    ...Object.entries(row.more ?? {}).map(([k, v]) => `${k} ${typeof v === 'number' ? Number(v.toPrecision(4)) : v}`),
  ].filter(Boolean);
  return `  ${row.what.padEnd(44)} ${row.who.padEnd(22)} ${cells.join('; ')}`;
}
