/** semia export RUN -o FILE: a run's generator under the names of the authors' released code. */
import { promises as fs } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { encodeSafetensors } from '../../../data/formats/safetensors.ts';
import type { TensorState } from '../../../model/networks/networks.ts';
import { toReleased } from '../../../model/networks/released.ts';
import { writeFileAtomic } from '../../../node/files.ts';
import { RunFolder } from '../../../node/runFolder.ts';
import { programVersion } from '../../../node/version.ts';
import { checkWritable } from '../../options/outputs.ts';
import { Progress } from '../../reports/progress.ts';

export function addExport(program: Command): void {
  program
    .command('export')
    .description("write a run's generator (preset code) under the names of the authors' released code")
    .argument('<run>', 'the run folder')
    .requiredOption('-o, --output <file>', 'the .safetensors file to write')
    .option('--quiet', 'print nothing but errors')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia export runs/beach -o latest_net_G.safetensors\n' +
        "In Python: net.load_state_dict(safetensors.torch.load_file('latest_net_G.safetensors'))\n",
    )
    .action(async (path: string, o: { output: string; quiet?: boolean }) => {
      const run = await RunFolder.open(path);
      if (!/\.safetensors$/i.test(o.output))
        throw new UserError(
          `${o.output}: the weights are written as safetensors: give a name that ends in .safetensors`,
        );
      if ((await fs.stat(o.output).catch(() => null))?.isDirectory())
        throw new UserError(`${o.output}: is a folder; the file would have its name`);
      await checkWritable(o.output);
      const generator: TensorState = new Map(
        [...(await run.state())].filter(([k]) => k.startsWith('G.')).map(([k, v]) => [k.slice(2), v]),
      );
      const tensors = toReleased(generator, run.record.config, path);
      await writeFileAtomic(
        o.output,
        encodeSafetensors(tensors, { program: `semia ${programVersion}`, iteration: String(run.iteration) }),
      );
      Progress.line(`${o.output}  ${tensors.size} tensors`, o.quiet ?? false);
    });
}
