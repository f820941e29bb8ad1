/**
 * Recipes of results that were made without a run of ours: the text `semia-method` of the file holds JSON with the
 * method, its settings and, under `again`, the command that makes the result once more and the files that it reads.
 */
import { dirname, relative, resolve } from 'node:path';
import { UserError } from '../../data/errors.ts';
import type { FileRecord } from '../../model/run/runRecord.ts';
import { programVersion } from '../../node/version.ts';
import type { Word } from './words.ts';

/** JSON under `again`. */
export interface RecordedCommand {
  /** Literal words, and indices into `files`. */
  command: (string | number)[];
  /** `path` is relative to the folder of the result. */
  files: (FileRecord & { path: string })[];
  /** Which of the command's results this is, by file name; absent where it makes only one. */
  result?: string;
}

/** JSON of the text `semia-method`. */
export interface MethodRecord {
  method: string;
  version?: string;
  adapter?: string;
  again?: RecordedCommand;
  /** Instead of `again`, on pictures of `semia compare`: the command to type. */
  repeat?: string;
}

/**
 * The recipe as texts of the file.
 * @param path Where the result will lie; recorded paths are relative to its folder.
 * @param words The command without `-o`. `semia rerun` accepts only commands and options of the table of commands.
 * @param result The file name of this result, where the command makes several.
 */
export function methodTexts(
  path: string,
  record: { method: string } & Record<string, unknown>,
  words: readonly Word[],
  result?: string,
): Record<string, string> {
  const files = [...new Set(words.filter((w): w is FileRecord => typeof w !== 'string'))];
  const again: RecordedCommand = {
    command: words.map((w) => (typeof w === 'string' ? w : files.indexOf(w))),
    result,
    files: files.map(({ name, sha256 }) => ({
      name,
      sha256,
      path: relative(dirname(resolve(path)), resolve(name)) || '.',
    })),
  };
  return {
    Software: `semia ${programVersion}`,
    'semia-method': JSON.stringify({ program: 'semia', version: programVersion, ...record, again }),
  };
}

/**
 * Reads and checks the text of `semia-method`. The file may be anybody's, so a command passes only if it is in the
 * table of commands and uses only the options listed there.
 * @param optionsOf The options allowed for a command, undefined where that command may not be run again.
 * @throws UserError where the recipe cannot be run again, with what to do instead.
 */
export function readMethod(
  text: string,
  file: string,
  optionsOf: (words: readonly unknown[]) => readonly string[] | undefined,
): Required<Pick<MethodRecord, 'again'>> & MethodRecord {
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
      `${file}: was made by ${record.version ? `semia ${record.version}` : 'an older semia'} ` +
        `(${record.method}), which recorded no command to run again`,
    );
  const { command, files } = again;
  const known = Array.isArray(command) ? optionsOf(command) : undefined;
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
