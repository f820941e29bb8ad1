/** The files of results: the options that say how they are written, and the writing. */
import { type Command, Option } from 'commander';
import { defaultQuality, formatOf, lossyList, writableNames } from '../../data/formats/writableFormats.ts';
import type { Picture } from '../../data/image/image.ts';
import { writeFilesAtomic } from '../../node/files.ts';
import { encodeImage } from '../../node/pictures/encodeImage.ts';
import { option, type Word } from '../recipes/words.ts';
import { integer } from './options.ts';

/** How results are written. */
export interface OutputOptions {
  /** Of results in a folder; a file has the format of its extension. One of `writableNames`. */
  format?: string;
  /** 1 to 100. */
  quality?: number;
  /** False: results hold neither EXIF nor a recipe. */
  metadata?: boolean;
}

/** The names of the options of `outputOptions` that `semia rerun` passes on. */
export const rerunOutput = ['--format', '--quality'] as const;
/** What -o is, for commands that make one result for each target. */
export const outputHelp = 'a picture file for one target (.png, .jpg, .webp, .tiff, .avif), a folder for several';

const noExif = "leave out the photograph's EXIF (camera, time, place)";
/** For commands whose results come later, of the run that they make. */
export const metadataOption = (command: Command, help = `${noExif}: no result of the run will have it`): Command =>
  command.option('--no-metadata', help);
/** The options of commands that write results. */
export const outputOptions = (command: Command): Command =>
  metadataOption(
    command
      .addOption(
        new Option(
          '--format <name>',
          'of results in a folder (default: png); a file has the format of its name',
        ).choices(writableNames),
      )
      .option('--quality <number>', `of ${lossyList}, 1 to 100 (default: ${defaultQuality})`, integer(1, 100)),
    `${noExif} and the recipe; the color profile stays`,
  );
/**
 * The same as words of a recorded command, which writes one file and so needs no format; or with `folder`, several of
 * fixed names.
 */
export const outputWords = ({ format, quality }: OutputOptions, folder = false): Word[] => [
  ...(folder ? option('--format', format) : []),
  ...option('--quality', quality),
];

/** A result, its texts (recipe) and where it is to lie; `path` decides the format. */
export interface ResultFile {
  path: string;
  picture: Picture;
  texts: Record<string, string>;
}

/** The bytes of a result's file. */
export function resultBytes({ path, picture, texts }: ResultFile, o: OutputOptions): Promise<Uint8Array> {
  const { exif: _, ...plain } = picture;
  return o.metadata === false
    ? encodeImage(plain, formatOf(path)!, { quality: o.quality })
    : encodeImage(picture, formatOf(path)!, { quality: o.quality, texts });
}

/** Writes results whole, all of them or none. */
export async function writeResults(results: readonly ResultFile[], o: OutputOptions): Promise<void> {
  const files = [];
  for (const r of results) files.push({ path: r.path, bytes: await resultBytes(r, o) });
  await writeFilesAtomic(files);
}
