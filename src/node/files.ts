/** Files read and written, every failure a UserError; a result is there whole or not at all. */
import { constants, promises as fs, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../data/errors.ts';

const MAX_FILE = 1 << 30; // 1 GiB: larger is no picture or recipe

/** The bytes of a file. Throws UserError: missing, a directory, no permission, over 1 GiB, unreadable. */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    const stat = await fs.stat(path);
    if (stat.isDirectory()) throw new UserError(`${path}: is a directory; name a file in it`);
    if (stat.size > MAX_FILE)
      throw new UserError(`${path}: is ${(stat.size / MAX_FILE).toFixed(1)} GiB; files up to 1 GiB are read`);
    return await fs.readFile(path);
  } catch (e) {
    throw await readError(path, e);
  }
}

async function readError(path: string, e: unknown): Promise<unknown> {
  const code = (e as NodeJS.ErrnoException).code;
  if (e instanceof UserError || !code) return e;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const folder = dirname(path);
    const there = await fs.stat(folder).then(
      (s) => s.isDirectory(),
      () => false,
    );
    return new UserError(
      there ? `${path}: no such file` : `${path}: no such file (there is no directory ${folder} either)`,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') return new UserError(`${path}: no permission to read it`);
  return new UserError(`${path}: cannot be read (${code})`);
}

export interface OutputFile {
  path: string;
  bytes: Uint8Array | string;
}

/** Writes one file whole or not at all: see writeFilesAtomic. */
export const writeFileAtomic = (path: string, bytes: Uint8Array | string): Promise<void> =>
  writeFilesAtomic([{ path, bytes }]);

/**
 * Writes files so that none is ever seen half-written: all go to temporary names beside their places and to the disk
 * first, then are renamed. Missing directories are made. A link is followed, the permissions of a file replaced are
 * kept. Throws UserError (disk full, no permission, read-only, a directory in the way) and leaves no temporary file
 * behind; only a failure between two renames can leave the earlier ones of several files new.
 */
export async function writeFilesAtomic(files: OutputFile[]): Promise<void> {
  const staged: { temporary: string; final: string; path: string }[] = [];
  try {
    for (const { path, bytes } of files)
      await at(path, async () => {
        await fs.mkdir(dirname(path), { recursive: true });
        const final = await fs.realpath(path).catch(() => path);
        const old = await fs.stat(final).catch(() => null);
        if (old?.isDirectory()) throw new UserError(`${path}: is a directory; give a file name to write`);
        if (old && !old.isFile()) return fs.writeFile(final, bytes); // a pipe, /dev/null: nothing to rename over
        if (old) await fs.access(final, constants.W_OK); // a rename would replace a read-only file without asking
        const temporary = join(
          dirname(final),
          `.${basename(final).slice(0, 60)}.${process.pid}.${Math.random().toString(36).slice(2, 8)}.tmp`,
        );
        staged.push({ temporary, final, path });
        await stage(temporary, bytes, old);
      });
    while (staged.length) {
      const { temporary, final, path } = staged[0];
      await at(path, () => fs.rename(temporary, final));
      staged.shift();
    }
  } finally {
    for (const { temporary } of staged) await fs.rm(temporary, { force: true }).catch(() => {});
  }
}

async function stage(temporary: string, bytes: Uint8Array | string, old: Stats | null): Promise<void> {
  const file = await fs.open(temporary, 'wx', old ? old.mode & 0o777 : 0o666);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const WRITE_ERRORS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'that file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'a part of the path is a file, not a directory',
  EISDIR: 'it is a directory',
  EFBIG: 'the file is too large for that file system',
  EBUSY: 'another program holds it open',
};

async function at<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    if (e instanceof UserError || !code) throw e;
    throw new UserError(`${path}: cannot be written: ${WRITE_ERRORS[code] ?? code}; nothing of it was left behind`);
  }
}
