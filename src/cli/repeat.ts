/**
 * How a result that no run of ours rendered is made again: in its text chunk `semia-method`, under `again`, a command
 * of this program
 * and what it read, seen from the picture's own folder. A recipe comes in a file of anybody's: only commands and
 * options of the table are run.
 */
import { spawn } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../data/errors.ts';
import { namedPalettes } from '../data/layout/palettes.ts';
import { withText } from '../data/formats/png.ts';
import type { FileRecord } from '../model/run/runRecord.ts';
import { readInput } from '../node/files.ts';
import { RunFolder } from '../node/runFolder.ts';
import { isSinganRun, SinganFolder } from '../node/singanFolder.ts';
import { programVersion, sha256Sync } from '../node/version.ts';

/** A word of a command line: as it is, or a file (or run folder, by its weights) that it names. */
export type Word = string | FileRecord;
interface Recorded {
  command: (string | number)[];
  files: (FileRecord & { path: string })[] /** The one of the command's results that this is; none: its only one. */;
  result?: string;
}
export interface MethodRecord {
  method: string;
  version?: string;
  adapter?: string;
  again?: Recorded;
  repeat?: string;
}

const seed = ['--seed'],
  task = ['--output-size', '--palette'],
  hole = [...seed, '--mask', '--sample-mask', '--grow'];
const allowed: Readonly<Record<string, readonly string[]>> = {
  preview: [...task, ...seed, '--condition', '--drawing', '--tile', '--target-size'],
  analogies: [...task, '--kappa', '--guide-weight', '--filter'],
  spade: [...task, ...seed, '--size', '--width', '--iterations', '--rate', '--weights', '--channels', '--vgg'],
  inpaint: [...hole, '--from'],
  remove: [...hole, '--layout', '--class', '--palette', '--run'],
  deepanalogy: [...seed, '--vgg', '--size', '--iterations', '--steps'],
  segment: ['-k', '--superpixels', '--compactness'],
  'singan sample': [...seed, '--start', '--size', '--tile'],
  'singan retarget': [...seed, '--start', '--size'],
  'singan superres': [...seed, '--factor'],
  'singan edit': [...seed, '--start', '--mask'],
  'singan harmonize': [...seed, '--start', '--mask'],
  'singan paint': [...seed, '--start', '--colors'],
  'singan animate': [...seed, '--start', '--frames', '--fps', '--alpha', '--beta'],
};

/** Option and value, where there is one: for `words`. */
export const option = (name: string, value: string | number | boolean | FileRecord | null | undefined): Word[] =>
  value === undefined || value === null || value === false
    ? []
    : value === true
      ? [name]
      : [name, typeof value === 'number' ? String(value) : value];

/**
 * The PNG of a result that will lie at `path`, with what it was made of. `words`: the command without `-o`; its first
 * one or two are a row of the table.
 */
export function withMethod(
  png: Uint8Array,
  path: string,
  record: { method: string } & Record<string, unknown>,
  words: readonly Word[],
  result?: string,
): Uint8Array {
  const files = [...new Set(words.filter((w): w is FileRecord => typeof w !== 'string'))];
  const again: Recorded = {
    command: words.map((w) => (typeof w === 'string' ? w : files.indexOf(w))),
    result,
    files: files.map(({ name, sha256 }) => ({
      name,
      sha256,
      path: relative(dirname(resolve(path)), resolve(name)) || '.',
    })),
  };
  return withText(png, {
    Software: `semia ${programVersion}`,
    'semia-method': JSON.stringify({ program: 'semia', version: programVersion, ...record, again }),
  });
}

/**
 * What a PNG says in `semia-method` of how it was made. Throws UserError where that cannot be run again, with what to
 * do instead.
 */
export function readMethod(text: string, file: string): Required<Pick<MethodRecord, 'again'>> & MethodRecord {
  let record: MethodRecord;
  try {
    record = JSON.parse(text) as MethodRecord;
  } catch {
    throw new UserError(`${file}: its recipe is damaged`);
  }
  if (record.repeat) throw new UserError(`${file}: is a picture of semia compare: make it again by ${record.repeat}`);
  const { again } = record;
  if (!again)
    throw new UserError(
      `${file}: was made by ${record.version ? `semia ${record.version}` : 'an older semia'} (${record.method}), which recorded no command to run again`,
    );
  const { command, files } = again;
  const known =
    (Array.isArray(command) && allowed[`${command[0]} ${command[1]}`]) ||
    (Array.isArray(command) && allowed[command[0]]);
  const sound =
    known &&
    Array.isArray(files) &&
    files.every((f) => typeof f?.path === 'string' && typeof f.sha256 === 'string') &&
    command.every((w) =>
      typeof w === 'number' ? files[w] : typeof w === 'string' && (!w.startsWith('-') || known.includes(w)),
    );
  if (!sound) throw new UserError(`${file}: its recipe is damaged, or of another version of semia`);
  return { ...record, again };
}

/**
 * The recorded files where they are now: beside the picture as they were then, else as they were named. Throws
 * UserError: gone, or changed.
 */
async function found({ files }: Recorded, file: string, run?: string): Promise<string[]> {
  const there = (path: string): Promise<boolean> =>
    fs.stat(path).then(
      () => true,
      () => false,
    );
  return Promise.all(
    files.map(async ({ path, name, sha256: wanted }) => {
      const beside = resolve(dirname(file), path);
      const at = (await there(beside)) ? beside : name;
      // A palette known by name is no file, and the program has it.
      if (Object.hasOwn(namedPalettes, name) && !(await there(at))) return name;
      const stat = await fs.stat(at).catch(() => null);
      // --run stands for the run alone: what is a folder, or is gone from where it was.
      if (stat?.isDirectory() || (!stat && run !== undefined)) {
        const folder = run ?? at;
        const weights = ((await isSinganRun(folder)) ? await SinganFolder.open(folder) : await RunFolder.open(folder))
          .record.weights.sha256;
        if (weights !== wanted)
          throw new UserError(
            `${folder}: has other weights than ${file} was made with: name the run as it was with --run`,
          );
        return resolve(folder);
      }
      if (sha256Sync(await readInput(at)) !== wanted)
        throw new UserError(`${at}: is not the file that ${file} was made of (${basename(name)} has changed since)`);
      return resolve(at);
    }),
  );
}

/**
 * Runs the recorded command in a process of its own; resolves to the bytes of what it makes, or to its exit code, when
 * it has said why.
 */
export async function runAgain(again: Recorded, file: string, run?: string): Promise<Uint8Array | number> {
  const paths = await found(again, file, run);
  const folder = await fs.mkdtemp(join(tmpdir(), 'semia-rerun-'));
  try {
    const out = again.result === undefined ? join(folder, 'result.png') : folder;
    const words = [...again.command.map((w) => (typeof w === 'number' ? paths[w] : w)), '-o', out];
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...words], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const code = await new Promise<number>((done, failed) =>
      child.on('error', failed).on('close', (c) => done(c ?? 1)),
    );
    return code || (await readInput(again.result === undefined ? out : join(folder, basename(again.result))));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
