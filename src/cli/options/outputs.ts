/**
 * Where results go. Decided and tried before any work begins, so that a typing error does not cost an hour of training.
 */
import { constants, promises as fs } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { UserError } from '../../data/errors.ts';
import { hasImageExtension } from '../../data/formats/imageFormats.ts';
import {
  formatOf,
  lossyList,
  type WritableFormat,
  writableFormats,
  writableList,
} from '../../data/formats/writableFormats.ts';
import type { Size } from '../../data/prepare.ts';
import { loadSharp } from '../../node/pictures/bySharp.ts';
import { resultNames } from './inputs.ts';
import type { OutputOptions } from './results.ts';

/** Throws UserError where a file or folder of this name could not be written. Writes nothing. */
export async function checkWritable(path: string): Promise<void> {
  let at = resolve(path);
  for (;;) {
    const stat = await fs.stat(at).catch((e: NodeJS.ErrnoException) => {
      if (e.code === 'ENOENT') return null;
      if (e.code === 'ENOTDIR') return undefined;
      throw new UserError(`${path}: cannot be written (${e.code})`);
    });
    if (stat && !(at === resolve(path) && stat.isFile())) {
      if (!stat.isDirectory()) throw new UserError(`${path}: cannot be written: ${at} is a file, not a folder`);
      await fs.access(at, constants.W_OK | constants.X_OK).catch((e: NodeJS.ErrnoException) => {
        throw new UserError(
          `${path}: cannot be written: ` +
            `${e.code === 'EROFS' ? `${at} is on a read-only file system` : `no permission to write to ${at}`}`,
        );
      });
      return;
    }
    if (dirname(at) === at) throw new UserError(`${path}: cannot be written`);
    at = dirname(at);
  }
}

/** Whether OUT is meant as one file, rather than as a folder. */
async function namesFile(out: string): Promise<boolean> {
  const stat = await fs.stat(out).catch(() => null);
  return !stat?.isDirectory() && !out.endsWith('/') && hasImageExtension(out);
}

/** The default place of a run: beside one result, or in the folder of several. */
export const runBeside = async (out: string): Promise<string> =>
  (await namesFile(out)) ? `${out.slice(0, -extname(out).length)}.run` : join(out, 'run');

/** The format that a file's name, or a folder's --format, asks for. Throws UserError where there is none such. */
function wantedFormat(out: string, asFile: boolean, o: OutputOptions): WritableFormat {
  const named = writableFormats.find((f) => f.extensions[0] === o.format);
  const format = asFile ? formatOf(out) : (named ?? writableFormats[0]);
  if (!format) throw new UserError(`${out}: results are not written in that format: end the name in ${writableList}`);
  if (named && named !== format)
    throw new UserError(`${out}: is a name for ${format.label}, and --format says ${o.format}: leave one out`);
  if (o.quality !== undefined && !format.lossy)
    throw new UserError(
      `--quality ${o.quality}: ${format.label} loses nothing, so it has no quality: leave that out, or write ` +
        lossyList,
    );
  return format;
}

/** The format of results in a folder. Throws UserError where the options do not fit it, or sharp is missing. */
export async function folderFormat(out: string, o: OutputOptions): Promise<WritableFormat> {
  const format = wantedFormat(out, false, o);
  if (format.id !== 'png') await loadSharp(`${out}: ${format.label}`);
  return format;
}

/**
 * The file of each result. One target: OUT may be a picture file; else OUT is a folder. Inputs are never written over.
 * @param o 'png': layouts and animations, which are always PNG files.
 * @param sizes Of the results, where they are known: each format has a largest one.
 */
export async function resultFiles(
  out: string,
  targets: readonly { path: string }[],
  inputs: readonly string[],
  o: OutputOptions | 'png' = 'png',
  sizes: readonly Size[] = [],
): Promise<string[]> {
  const asFile = await namesFile(out);
  if (o === 'png' && asFile && formatOf(out)?.id !== 'png')
    throw new UserError(`${out}: is written as PNG: give a name that ends in .png, or a folder`);
  const format = wantedFormat(out, asFile, o === 'png' ? {} : o);
  if (asFile && targets.length > 1)
    throw new UserError(`${out}: is one file for ${targets.length} results: give a folder`);
  if (!asFile && (await fs.stat(out).catch(() => null))?.isFile())
    throw new UserError(
      `${out}: is a file: give a folder, or a name that ends in ${o === 'png' ? '.png' : writableList}`,
    );
  const files = asFile ? [out] : resultNames(targets, format.extensions[0]).map((n) => join(out, n));
  const large = sizes.findIndex(({ width, height }) => Math.max(width, height) > format.largest);
  if (large >= 0)
    throw new UserError(
      `${files[large]}: ${format.label} holds ${format.largest} pixels a side, and the result has ` +
        `${sizes[large].width} x ${sizes[large].height}: write .png or .tiff`,
    );
  if (format.id !== 'png') await loadSharp(`${files[0]}: ${format.label}`);
  for (const f of files) {
    if (inputs.some((i) => resolve(i) === resolve(f)))
      throw new UserError(`${f}: is one of the inputs, and would be written over: give another name`);
    await checkWritable(f);
    if ((await fs.stat(f).catch(() => null))?.isDirectory())
      throw new UserError(`${f}: is a folder; the result would have its name`);
  }
  return files;
}

/** Removes the empty folders that a failed write leaves behind. */
export async function removeEmpty(path: string): Promise<void> {
  for (const entry of await fs.readdir(path, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await removeEmpty(join(path, entry.name));
  await fs.rmdir(path).catch(() => {});
}
