/** semia rerun FILE: make a result again from its own recipe, and compare. */
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { readableFormat } from '../../data/formats/checks.ts';
import { isPng, pngChunks, withText } from '../../data/formats/png.ts';
import { formatOf, type WritableFormat, writableFormats } from '../../data/formats/writableFormats.ts';
import type { Picture } from '../../data/image/image.ts';
import { decodeImage } from '../../node/decode.ts';
import { readInput, writeFileAtomic } from '../../node/files.ts';
import { readTexts } from '../../node/pictures/encodeImage.ts';
import { RunFolder } from '../../node/runFolder.ts';
import { type CommandRow, rerunOptions } from '../commandRow.ts';
import { resultFiles } from '../options/outputs.ts';
import { resultBytes } from '../options/results.ts';
import { painterOf, paintOne } from '../painting.ts';
import { readMethod } from '../recipes/methodRecipe.ts';
import { runAgain } from '../recipes/runAgain.ts';
import { readRecipe, weightsDiffer } from '../recipes/runRecipe.ts';
import { explainDevice, openSession } from '../session.ts';

/** The exit code for a picture that came out different. */
const differentCode = 3;

export function addRerun(program: Command, table: readonly CommandRow[]): void {
  program
    .command('rerun')
    .description(
      'make a result again from the recipe it carries, and say whether its pixels came out equal ' +
        `(exit code ${differentCode}: they did not)`,
    )
    .argument('<file>', 'a picture that this program made')
    .option('--run <folder>', 'the run, if it is no longer where it was')
    .option('-o, --output <file>', 'keep the new picture, in the same format')
    .addHelpText('after', '\nExample:\n  semia rerun result.png\n')
    .action(async (file: string, o: { run?: string; output?: string }) => {
      const bytes = await readInput(file);
      const texts = await readTexts(bytes, file);
      const format = writableFormats.find((f) => f.id === readableFormat(bytes, file).id)!;
      const given: Given = {
        file,
        bytes,
        texts,
        format,
        path: o.output ? await placeOf(o.output, file, format) : null,
      };
      return texts['semia-method'] ? rerunMethod(table, given, o.run) : rerunRun(given, o.run);
    });
}

/** The picture to make again. */
interface Given {
  file: string;
  bytes: Uint8Array;
  texts: Record<string, string>;
  format: WritableFormat;
  /** Where the new one is kept. */
  path: string | null;
}

/** Where -o says that the new picture lies. Throws UserError where that is no place for it. */
async function placeOf(output: string, file: string, format: WritableFormat): Promise<string> {
  const [path] = await resultFiles(output, [{ path: file }], [file], { format: format.extensions[0] }).catch(
    (e: Error) => {
      throw formatOf(output) && formatOf(output) !== format
        ? new UserError(
            `${output}: ${file} is made again in its own format, ${format.label}: give a name that ends in ` +
              `.${format.extensions[0]}`,
          )
        : e;
    },
  );
  return path;
}

/** A result of a run: rendered again by the run's weights. */
async function rerunRun({ file, bytes, texts, format, path }: Given, folder?: string): Promise<void> {
  const { recipe, target } = readRecipe(texts, file);
  const run = await RunFolder.open(folder ?? resolve(dirname(file), recipe.run));
  if (weightsDiffer(recipe, run)) {
    throw new UserError(
      `${run.path}: has other weights than ${file} was made with ` +
        `(iteration ${recipe.iteration} then, ${run.iteration} now): name the run as it was with --run`,
    );
  }
  await run.state();
  const session = await openSession();
  try {
    const painter = await painterOf(session, run);
    const { description, vendor } = session.device.info;
    if (recipe.adapter !== (description || vendor))
      console.log(`note: it was made on ${recipe.adapter}; this is ${description || vendor}`);
    const { raw, tile, quality } = recipe;
    const work = { target, file: recipe.target, path: path ?? `${file}.${format.extensions[0]}` };
    const bytesAgain = await resultBytes(await paintOne(painter, run, work, { raw, tile, quality }), { quality });
    if (path) {
      await writeFileAtomic(path, bytesAgain);
      console.log(path);
    }
    report(file, '', await compareFiles(bytes, bytesAgain, file));
  } catch (error) {
    throw explainDevice(error);
  }
}

/** The same for results without a run: their recipe is a command (recipes/methodRecipe.ts). */
async function rerunMethod(
  table: readonly CommandRow[],
  { file, bytes, texts, format, path }: Given,
  run?: string,
): Promise<void> {
  const read = (recipe: string) => readMethod(recipe, file, (words) => rerunOptions(table, words));
  const text = texts['semia-method'];
  const { again, method, adapter } = read(text);
  const made = await runAgain(again, file, format.extensions[0], run);
  if (typeof made === 'number') {
    process.exitCode = made; // the command has printed why
    return;
  }
  const fresh = read((await readTexts(made, file))['semia-method'] ?? '');
  if (adapter !== fresh.adapter) console.log(`note: it was made on ${adapter}; this is ${fresh.adapter}`);
  // A PNG keeps its own recipe: its paths are relative to where that picture lies. Others have the new one.
  if (path) await writeFileAtomic(path, format.id === 'png' ? withText(made, { 'semia-method': text }) : made);
  report(file, ` (${method})`, await compareFiles(bytes, made, file));
}

function report(file: string, what: string, { summary, same }: Comparison): void {
  console.log(`${file}${what}: ${summary}`);
  if (!same) process.exitCode = differentCode;
}

interface Comparison {
  summary: string;
  same: boolean;
}

/**
 * Compares two files of one format by their pixels, in their own color space and depth; or animations, which the
 * decoder refuses, by their compressed frames.
 */
async function compareFiles(a: Uint8Array, b: Uint8Array, file: string): Promise<Comparison> {
  const chunks = isPng(a) ? pngChunks(a, file) : [];
  if (!chunks.some((c) => c.type === 'acTL')) {
    const before = await decodeImage(a, file, { own: true });
    const after = await decodeImage(b, file, { own: true });
    return { summary: compare(before, after), same: samePixels(before, after) };
  }
  const frames = (list: typeof chunks): Buffer =>
    Buffer.concat(list.filter((c) => c.type === 'IDAT' || c.type === 'fdAT').map((c) => c.data));
  const same = frames(chunks).equals(frames(pngChunks(b, file)));
  return {
    summary: same ? `equal, all ${chunks.filter((c) => c.type === 'fcTL').length} frames` : 'different frames',
    same,
  };
}

const samePixels = (a: Picture, b: Picture): boolean =>
  a.width === b.width &&
  a.height === b.height &&
  a.data.every((v, i) => v === b.data[i]) &&
  (!a.wide || !b.wide || a.wide.every((v, i) => v === b.wide![i]));

function compare(a: Picture, b: Picture): string {
  if (a.width !== b.width || a.height !== b.height)
    return `different: ${a.width} x ${a.height} before, ${b.width} x ${b.height} now`;
  if (samePixels(a, b)) return `equal, all ${a.width} x ${a.height} pixels`;
  const [x, y, full] = a.wide && b.wide ? [a.wide, b.wide, 65535] : [a.data, b.data, 255];
  let count = 0,
    largest = 0;
  for (let i = 0; i < x.length; i += 4) {
    const d = Math.max(...[0, 1, 2].map((c) => Math.abs(x[i + c] - y[i + c])));
    if (d) count++;
    largest = Math.max(largest, d);
  }
  return `different: ${count} of ${a.width * a.height} pixels, by ${largest} of ${full} at most`;
}
