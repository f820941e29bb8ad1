/** Reading and writing of the commands that render without a training of their own: the same as `analogy`'s. */
import type { Command } from 'commander';
import type { Session } from '../autograd/session.ts';
import { readableList } from '../data/formats/imageFormats.ts';
import { likePhoto, type Picture } from '../data/image/image.ts';
import { prepareTarget, type Size, type Source, type Target } from '../data/prepare.ts';
import type { FileRecord } from '../model/run/runRecord.ts';
import { readLayouts, readSource } from './options/inputs.ts';
import { integer, type LayoutKind, paletteOption, type sizeOption } from './options/options.ts';
import { resultFiles } from './options/outputs.ts';
import { type OutputOptions, outputHelp, outputOptions, outputWords, writeResults } from './options/results.ts';
import { methodTexts } from './recipes/methodRecipe.ts';
import { option, type Word } from './recipes/words.ts';
import { sheetFile, sheetOption, writeSheet } from './reports/contactSheet.ts';
import { duration, Progress } from './reports/progress.ts';
import { explainDevice, openSession } from './session.ts';

export interface TaskOptions extends OutputOptions {
  output: string;
  condition?: LayoutKind;
  drawing?: string;
  palette?: string;
  outputSize?: number;
  targetSize?: ReturnType<typeof sizeOption>;
  contactSheet?: string;
  quiet?: boolean;
}
/** The files that results are recorded as made from. */
export interface Made {
  files: { photo: FileRecord; layout: FileRecord; palette?: FileRecord | null; targets: FileRecord[] };
  notify: (note: string) => void;
  /** Shown on the contact sheet beside the results; without it there is no sheet. */
  source?: Source;
  targets?: readonly Target[];
  /** Sizes of the results, where they are known. */
  sizes?: readonly Size[];
}
export interface Task extends Made {
  source: Source;
  targets: readonly Target[];
}

/**
 * Declares the arguments of `analogy` and those of its options that make sense without training. `targets`: the
 * declaration of the last argument.
 */
export const taskOptions = (command: Command, targets = '<targets...>'): Command =>
  sheetOption(
    outputOptions(
      command
        .argument('<photo>', `the photograph (${readableList})`)
        .argument('<layout>', 'its layout: each class in one flat color, or class numbers')
        .argument(targets, 'new layouts in the same classes (files, folders or patterns)')
        .requiredOption('-o, --output <out>', outputHelp)
        .option('--output-size <pixels>', "longer side of the results (default: the photo's)", integer(16, 8192))
        .option(...paletteOption)
        .option('--quiet', 'print nothing but errors'),
    ),
  );

/** Reads and checks everything that the user named. */
export async function readTask(
  photo: string,
  layout: string | undefined,
  targets: readonly string[],
  o: Omit<TaskOptions, 'output'>,
): Promise<Task> {
  const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
  const { source, notes, files } = await readSource(photo, layout, {
    ...o,
    own: true,
    longSide: o.outputSize,
  });
  const layouts = await readLayouts(targets, source.palette, notify);
  const read = layouts.map(({ picture }) => prepareTarget(picture, source, o.targetSize));
  for (const note of [...notes, ...read.flatMap((t) => t.notes)]) notify(`note: ${note}`);
  return { source, targets: read, files: { ...files, targets: layouts.map((t) => t.record) }, notify };
}

/**
 * The command that makes one of the results: the photograph, its layout (a drawing is an option), the target, then
 * `options`.
 */
export const taskWords = (
  { files }: Made,
  command: string,
  target: FileRecord,
  options: readonly Word[],
  o: TaskOptions,
): Word[] => [
  command,
  files.photo,
  ...(o.condition === 'sketch'
    ? [target, '--condition', 'sketch', ...option('--drawing', o.drawing ? files.layout : null)]
    : [files.layout, target]),
  ...options,
  ...option('--output-size', o.outputSize),
  ...option('--target-size', o.targetSize && `${o.targetSize.width}x${o.targetSize.height}`),
  ...option('--palette', files.palette),
];

/** What a method makes of one target. */
export interface MethodResult {
  image: Picture;
  /** Its photograph: what profile, EXIF and depth the result gets. */
  photo?: Picture;
  /** The photograph's pixel that each of its pixels was copied from: see `likePhoto`. */
  from?: Uint32Array;
}

/** How a result was made: the method's settings, and the command that makes it again. */
interface Making {
  method: string;
  settings: object;
  words: Word[];
}

/** Writes a result with its recipe, and with the profile, EXIF and depth of its photograph; gives its picture. */
export async function writeResult(
  { device: { info } }: Session,
  path: string,
  { image, photo, from }: MethodResult,
  files: Made['files'],
  target: FileRecord,
  { method, settings, words }: Making,
  o: OutputOptions,
): Promise<Picture> {
  const picture = photo ? likePhoto(image, photo, from) : image;
  const adapter = info.description || info.vendor;
  const record = { method, ...settings, adapter, photo: files.photo, layout: files.layout, target };
  await writeResults([{ path, picture, texts: methodTexts(path, record, [...words, ...outputWords(o)]) }], o);
  return picture;
}

/**
 * Makes and writes one result after the other. `settings`: the method's settings, for the recipe in each file (text
 * `semia-method`). `words`: the command that makes one result. Both are called once the result is there.
 */
export async function makeResults(
  { files, notify, source, targets, sizes = targets }: Made,
  o: TaskOptions,
  method: string,
  settings: () => object,
  words: (target: FileRecord) => Word[],
  make: (session: Session, target: number) => Promise<MethodResult>,
): Promise<void> {
  const paths = await resultFiles(
    o.output,
    files.targets.map((t) => ({ path: t.name })),
    [files.photo, files.layout, ...files.targets].map((f) => f.name),
    o,
    sizes,
  );
  const sheet =
    source && targets
      ? await sheetFile(o.contactSheet, [...paths, ...[files.photo, files.layout, ...files.targets].map((f) => f.name)])
      : null;
  const pictures: Picture[] = [];
  const session = await openSession();
  try {
    for (const [i, target] of files.targets.entries()) {
      const began = performance.now();
      const made = { photo: source?.photo, ...(await make(session, i)) };
      const how = { method, settings: settings(), words: words(target) };
      const picture = await writeResult(session, paths[i], made, files, target, how, o);
      pictures.push(picture);
      const ms = performance.now() - began;
      notify(
        `${paths[i]}  ${picture.width} x ${picture.height}  ` +
          `${ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms / 1000)}`,
      );
    }
    if (sheet) {
      await writeSheet(sheet, source!, targets!, pictures);
      notify(sheet);
    }
  } catch (error) {
    throw explainDevice(error);
  }
}
