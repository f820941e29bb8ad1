/**
 * Files that the user names: pictures, folders of layouts, a palette. All are read and checked before any work begins.
 */
import { promises as fs } from 'node:fs';
import { basename, join } from 'node:path';
import { isUserError, UserError } from '../../data/errors.ts';
import { hasReadableExtension, readableLabels } from '../../data/formats/imageFormats.ts';
import type { Picture } from '../../data/image/image.ts';
import { maskReason } from '../../data/layout/checks.ts';
import { type Palette, readPaletteFile } from '../../data/layout/palette.ts';
import { namedPalettes } from '../../data/layout/palettes.ts';
import { prepareDrawing, prepareSource, type Source } from '../../data/prepare.ts';
import type { FileRecord, PictureRecord } from '../../model/run/runRecord.ts';
import { decodeImage } from '../../node/decode.ts';
import { readInput } from '../../node/files.ts';
import { sha256Sync } from '../../node/version.ts';
import { expandGlob } from './glob.ts';
import type { LayoutKind } from './options.ts';

export interface InputPicture {
  path: string;
  picture: Picture;
  record: PictureRecord;
}

/** `own`: the photograph of a result, which is to have what its file has (DecodeOptions). */
export async function readInputPicture(path: string, layout: boolean, own = false): Promise<InputPicture> {
  const bytes = await readInput(path);
  const picture = await decodeImage(bytes, path, { layout, own });
  return {
    path,
    picture,
    record: { name: path, sha256: sha256Sync(bytes), width: picture.width, height: picture.height },
  };
}

/**
 * Photographs whose pixels are mixed: all in their own color space where that is one and the same, else all in sRGB.
 * EXIF is kept.
 */
export async function readTogether(paths: readonly string[]): Promise<InputPicture[]> {
  const inputs = await Promise.all(paths.map((path) => readInputPicture(path, false, true)));
  const profiles = inputs.map(({ picture: { profile } }) => Buffer.from(profile ?? []));
  if (profiles.every((p) => p.equals(profiles[0]))) return inputs;
  return Promise.all(
    inputs.map(async (input) => {
      const { picture } = await readInputPicture(input.path, false);
      return { ...input, picture: { ...picture, exif: input.picture.exif } };
    }),
  );
}

/**
 * Reads layouts: files, matches of patterns, and the pictures in folders, by name. In folders, masks are left out and
 * reported.
 */
export async function readLayouts(
  paths: readonly string[],
  palette: Palette | 'with masks',
  notify: (note: string) => void,
): Promise<InputPicture[]> {
  const found: InputPicture[] = [];
  for (const path of (await Promise.all(paths.map(expandGlob))).flat()) {
    const stat = await fs.stat(path).catch(() => null);
    if (!stat?.isDirectory()) {
      found.push(await readInputPicture(path, true));
      continue;
    }
    const names = (await fs.readdir(path)).filter((n) => hasReadableExtension(n) && !n.startsWith('.')).sort();
    let taken = 0;
    for (const name of names) {
      const input = await readInputPicture(join(path, name), true);
      const mask = palette === 'with masks' ? null : maskReason(input.picture, palette);
      if (mask) {
        notify(`${mask.why}: left out`);
        continue;
      }
      found.push(input);
      taken++;
    }
    if (!taken)
      throw new UserError(
        `${path}: has no layouts (${readableLabels('or')}${names.length ? '; all that it has seem to be masks' : ''})`,
      );
  }
  return found;
}

/** The photograph with what is known of it, and the files that it came from. */
export interface GivenSource {
  source: Source;
  notes: string[];
  files: { photo: PictureRecord; layout: PictureRecord; palette: FileRecord | null };
}

/** How `readSource` reads. */
export interface ReadSourceOptions {
  condition?: LayoutKind;
  palette?: string;
  longSide?: number;
  /** For results: see `readInputPicture`. */
  own?: boolean;
  /** False: without the photograph's EXIF. */
  metadata?: boolean;
}

/**
 * A photograph with its layout. With `condition` sketch: with its drawing, or the edges found in it where none is
 * given.
 */
export async function readSource(
  path: string,
  layout: string | undefined,
  { condition, palette, longSide, own, metadata }: ReadSourceOptions,
): Promise<GivenSource> {
  const photograph = async (): Promise<InputPicture> => {
    const photo = await readInputPicture(path, false, own);
    if (metadata === false) delete photo.picture.exif;
    return photo;
  };
  if (condition === 'sketch') {
    if (palette)
      throw new UserError('--palette names classes, and a drawing (--condition sketch) has none: leave it out');
    const p = await photograph();
    const d = layout === undefined ? null : await readInputPicture(layout, true);
    return {
      ...prepareDrawing(p.picture, d?.picture ?? null, { longSide }),
      files: { photo: p.record, layout: d?.record ?? { ...p.record, name: `edges of ${path}` }, palette: null },
    };
  }
  const named = palette ? await readPalette(palette) : null;
  const [p, l] = [await photograph(), await readInputPicture(layout!, true)];
  return {
    ...prepareSource(p.picture, l.picture, { named: named?.palette, longSide }),
    files: { photo: p.record, layout: l.record, palette: named?.record ?? null },
  };
}

export interface NamedPalette {
  palette: Palette;
  record: FileRecord;
}
/** A palette file, or where there is none of that name, a palette of data/layout/palettes.ts. */
export async function readPalette(path: string): Promise<NamedPalette> {
  const known =
    Object.hasOwn(namedPalettes, path) && !(await fs.stat(path).catch(() => null)) ? namedPalettes[path] : null;
  if (known)
    return {
      palette: known,
      record: { name: path, sha256: sha256Sync(new TextEncoder().encode(JSON.stringify(known))) },
    };
  const bytes = await readInput(path).catch((e: Error) => {
    throw isUserError(e) && !/[./\\]/.test(path)
      ? new UserError(`${e.message}; palettes known by name are ${Object.keys(namedPalettes).join(', ')}`)
      : e;
  });
  if (bytes.includes(0)) throw new UserError(`${path}: is not a palette file (it is not text)`);
  return {
    palette: readPaletteFile(new TextDecoder().decode(bytes), path),
    record: { name: path, sha256: sha256Sync(bytes) },
  };
}

/** A file name for each result: the layout's, with a number where two are alike. `extension`: without the dot. */
export function resultNames(inputs: readonly { path: string }[], extension = 'png'): string[] {
  const used = new Set<string>();
  return inputs.map(({ path }) => {
    const stem = basename(path).replace(/\.\w+$/, '');
    let name = stem;
    for (let i = 2; used.has(name.toLowerCase()); i++) name = `${stem}-${i}`;
    used.add(name.toLowerCase());
    return `${name}.${extension}`;
  });
}
