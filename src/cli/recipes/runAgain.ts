/** Runs the command of a recipe (methodRecipe.ts) again, in a child process and a temporary folder. */
import { spawn } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../data/errors.ts';
import { namedPalettes } from '../../data/layout/palettes.ts';
import { readInput } from '../../node/files.ts';
import { RunFolder } from '../../node/runFolder.ts';
import { isSinganRun, SinganFolder } from '../../node/singanFolder.ts';
import { sha256Sync } from '../../node/version.ts';
import type { RecordedCommand } from './methodRecipe.ts';

/**
 * The paths of the recorded files today: relative to the picture as they were then, else under their recorded names.
 * Throws UserError where a file is gone or has changed.
 */
async function locateFiles({ files }: RecordedCommand, file: string, run?: string): Promise<string[]> {
  const exists = (path: string): Promise<boolean> =>
    fs.stat(path).then(
      () => true,
      () => false,
    );
  return Promise.all(
    files.map(async ({ path, name, sha256: wanted }) => {
      const beside = resolve(dirname(file), path);
      const at = (await exists(beside)) ? beside : name;
      // A named palette is part of the program, not a file.
      if (Object.hasOwn(namedPalettes, name) && !(await exists(at))) return name;
      const stat = await fs.stat(at).catch(() => null);
      // --run replaces the run folder only: the recorded path that is a folder, or is gone.
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
 * Runs the recorded command in a child process. Resolves to the bytes of the result, or to the exit code of the child
 * where it failed (it has printed why).
 * @param file The picture whose recipe this is.
 * @param extension Of the result's format, without the dot; where the command makes several, it knows their names.
 * @param run The run folder, where it is no longer at its recorded place.
 */
export async function runAgain(
  again: RecordedCommand,
  file: string,
  extension: string,
  run?: string,
): Promise<Uint8Array | number> {
  const paths = await locateFiles(again, file, run);
  const folder = await fs.mkdtemp(join(tmpdir(), 'semia-rerun-'));
  try {
    const out = again.result === undefined ? join(folder, `result.${extension}`) : folder;
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
