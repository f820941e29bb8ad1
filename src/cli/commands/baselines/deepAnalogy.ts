/** semia deepanalogy A B -o DIR --vgg FILE: Deep Image Analogy (Liao et al. 2017) of two photographs. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { fitSize, flatten, likePhoto, type Picture, resize } from '../../../data/image/image.ts';
import { deepAnalogy } from '../../../model/baselines/deepAnalogy/deepAnalogy.ts';
import { vggNeeded } from '../../../model/baselines/deepAnalogy/method.ts';
import { readTogether } from '../../options/inputs.ts';
import { integer } from '../../options/options.ts';
import { checkWritable, folderFormat } from '../../options/outputs.ts';
import { type OutputOptions, outputOptions, outputWords, writeResults } from '../../options/results.ts';
import { readVggWhole } from '../../options/vgg.ts';
import { methodTexts } from '../../recipes/methodRecipe.ts';
import { option } from '../../recipes/words.ts';
import { Progress } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';

interface Options extends OutputOptions {
  output: string;
  vgg?: string;
  size: number;
  iterations: number;
  steps: number;
  seed: number;
  quiet?: boolean;
}

export function addDeepAnalogy(program: Command): void {
  outputOptions(
    program
      .command('deepanalogy')
      .description("Deep Image Analogy (Liao et al. 2017): two photographs of like things, each in the other's looks")
      .argument('<a>', 'the one photograph')
      .argument('<b>', 'the other')
      .requiredOption(
        '-o, --output <dir>',
        "a folder for a-in-the-looks-of-b.png (the paper's A') and b-in-the-looks-of-a.png (its B)",
      )
      .option('--vgg <file>', "torchvision's VGG-19 weights (.pth or .safetensors)")
      .option('--size <pixels>', 'longer side of both; 200 to 700 in the paper', integer(32, 2048), 256)
      .option('--iterations <count>', 'passes of PatchMatch at each level', integer(1, 100), 10)
      .option('--steps <count>', 'steps of L-BFGS at each level', integer(1, 1000), 20)
      .option('--seed <number>', 'another seed gives another result', integer(0, 2 ** 32 - 1), 0)
      .option('--quiet', 'print nothing but errors'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  semia deepanalogy portrait.jpg painting.jpg -o exchanged --vgg vgg19-dcbb9e9d.pth\n',
    )
    .action(async (pathA: string, pathB: string, o: Options) => {
      const inputs = await readTogether([pathA, pathB]);
      if (!o.vgg) throw new UserError(vggNeeded);
      const vgg = await readVggWhole(o.vgg);
      const { extensions } = await folderFormat(o.output, o);
      const names = ['a-in-the-looks-of-b', 'b-in-the-looks-of-a'].map((name) => `${name}.${extensions[0]}`);
      const files = names.map((name) => join(o.output, name));
      await checkWritable(files[0]);
      if ((await fs.stat(o.output).catch(() => null))?.isFile())
        throw new UserError(`${o.output}: is a file: give a folder`);
      const [a, b] = inputs.map(({ picture: p }): Picture => {
        const { width, height } = fitSize(p.width, p.height, o.size);
        return { ...resize(flatten(p), width, height), source: p.source };
      });
      const session = await openSession();
      try {
        const { size, iterations, steps, seed } = o;
        const made = await deepAnalogy({
          session,
          vgg: vgg.open(session),
          a,
          b,
          iterations,
          steps,
          seed,
          onLevel: (l, of) => Progress.line(`level ${l + 1} of ${of}`, o.quiet ?? false),
        });
        const { description, vendor } = session.device.info;
        const [one, other] = inputs.map((i) => i.record);
        const record = {
          method: 'deep image analogy',
          size,
          iterations,
          steps,
          seed,
          adapter: description || vendor,
          a: one,
          b: other,
        };
        const words = [
          'deepanalogy',
          one,
          other,
          ...option('--vgg', vgg.record),
          ...option('--size', size),
          ...option('--iterations', iterations),
          ...option('--steps', steps),
          ...option('--seed', seed),
        ];
        // Each shows what its own photograph shows; its pixels are the other's, in the space of both.
        await writeResults(
          [made.ap, made.b].map((p, i) => ({
            path: files[i],
            picture: likePhoto(p, inputs[i].picture),
            texts: methodTexts(files[i], record, [...words, ...outputWords(o, true)], names[i]),
          })),
          o,
        );
      } catch (error) {
        throw explainDevice(error);
      }
      for (const f of files) Progress.line(f, o.quiet ?? false);
    });
}
