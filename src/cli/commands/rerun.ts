/** semia rerun FILE.png: make a result again from its own recipe, and compare. */
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { isPng, pngChunks, readText, withText } from '../../data/formats/png.ts';
import type { Picture } from '../../data/image/image.ts';
import { decodeImage } from '../../node/decode.ts';
import { readInput, writeFileAtomic } from '../../node/files.ts';
import { RunFolder } from '../../node/runFolder.ts';
import { type CommandRow, rerunOptions } from '../commandRow.ts';
import { resultFiles } from '../options/outputs.ts';
import { paintAll, painterOf } from '../painting.ts';
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
    .argument('<file>', 'a PNG that this program made')
    .option('--run <folder>', 'the run, if it is no longer where it was')
    .option('-o, --output <file>', 'keep the new picture')
    .addHelpText('after', '\nExample:\n  semia rerun result.png\n')
    .action(async (file: string, o: { run?: string; output?: string }) => {
      const bytes = await readInput(file);
      const method = isPng(bytes) ? readText(bytes, file)['semia-method'] : undefined;
      if (method) return rerunMethod(table, method, bytes, file, o);
      const before = await decodeImage(bytes, file);
      const { recipe, target } = readRecipe(bytes, file);
      const run = await RunFolder.open(o.run ?? resolve(dirname(file), recipe.run));
      if (weightsDiffer(recipe, run)) {
        throw new UserError(
          `${run.path}: has other weights than ${file} was made with ` +
            `(iteration ${recipe.iteration} then, ${run.iteration} now): name the run as it was with --run`,
        );
      }
      await run.state();
      const [path] = o.output ? await resultFiles(o.output, [{ path: file }], [file]) : [null];
      const session = await openSession();
      try {
        const painter = await painterOf(session, run);
        const { description, vendor } = session.device.info;
        if (recipe.adapter !== (description || vendor))
          console.log(`note: it was made on ${recipe.adapter}; this is ${description || vendor}`);
        const work = { target, file: recipe.target, path: path ?? '' };
        const [after] = path
          ? await paintAll(painter, run, [work], { raw: recipe.raw, tile: recipe.tile, notify: console.log })
          : [await painter.paint(target, { raw: recipe.raw, tile: recipe.tile })];
        console.log(`${file}: ${compare(before, after)}`);
        if (!samePixels(before, after)) process.exitCode = differentCode;
      } catch (error) {
        throw explainDevice(error);
      }
    });
}

/** The same for results without a run: their recipe is a command (recipes/methodRecipe.ts). */
async function rerunMethod(
  table: readonly CommandRow[],
  text: string,
  bytes: Uint8Array,
  file: string,
  o: { run?: string; output?: string },
): Promise<void> {
  const read = (recipe: string) => readMethod(recipe, file, (words) => rerunOptions(table, words));
  const { again, method, adapter } = read(text);
  const [path] = o.output ? await resultFiles(o.output, [{ path: file }], [file]) : [null];
  const made = await runAgain(again, file, o.run);
  if (typeof made === 'number') {
    process.exitCode = made; // the command has printed why
    return;
  }
  const fresh = read(readText(made, file)['semia-method'] ?? '');
  if (adapter !== fresh.adapter) console.log(`note: it was made on ${adapter}; this is ${fresh.adapter}`);
  // Keep the picture's own recipe: its paths are relative to where that picture lies.
  if (path) await writeFileAtomic(path, withText(made, { 'semia-method': text }));
  const { summary, same } = await comparePngs(bytes, made, file);
  console.log(`${file} (${method}): ${summary}`);
  if (!same) process.exitCode = differentCode;
}

/** Compares two PNGs by their pixels, or animations, which the decoder refuses, by their compressed frames. */
async function comparePngs(a: Uint8Array, b: Uint8Array, file: string): Promise<{ summary: string; same: boolean }> {
  const chunks = pngChunks(a, file);
  if (!chunks.some((c) => c.type === 'acTL')) {
    const [before, after] = [await decodeImage(a, file), await decodeImage(b, file)];
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
  a.width === b.width && a.height === b.height && a.data.every((v, i) => v === b.data[i]);

function compare(a: Picture, b: Picture): string {
  if (a.width !== b.width || a.height !== b.height)
    return `different: ${a.width} x ${a.height} before, ${b.width} x ${b.height} now`;
  if (samePixels(a, b)) return `equal, all ${a.width} x ${a.height} pixels`;
  let count = 0,
    largest = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    const d = Math.max(...[0, 1, 2].map((c) => Math.abs(a.data[i + c] - b.data[i + c])));
    if (d) count++;
    largest = Math.max(largest, d);
  }
  return `different: ${count} of ${a.width * a.height} pixels, by ${largest} of 255 at most`;
}
