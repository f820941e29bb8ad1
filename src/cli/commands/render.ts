/** semia render RUN LAYOUT... -o OUT */
import type { Command } from 'commander';
import { PreparedSource } from '../../model/preparedSource.ts';
import { checkTile } from '../../model/rendering/painter.ts';
import { RunFolder } from '../../node/runFolder.ts';
import { readLayouts } from '../options/inputs.ts';
import { type Axes, type sizeOption, targetSizeOption, tileOf, tileOption } from '../options/options.ts';
import { resultFiles } from '../options/outputs.ts';
import { type OutputOptions, outputHelp, outputOptions } from '../options/results.ts';
import { paintAll, painterOf, targetsOf } from '../painting.ts';
import { sheetFile, sheetOption, writeSheet } from '../reports/contactSheet.ts';
import { Progress } from '../reports/progress.ts';
import { explainDevice, openSession } from '../session.ts';

interface RenderOptions extends OutputOptions {
  output: string;
  contactSheet?: string;
  raw?: boolean;
  tile?: Axes;
  targetSize?: ReturnType<typeof sizeOption>;
  quiet?: boolean;
}

export function addRender(program: Command): void {
  sheetOption(
    outputOptions(
      program
        .command('render')
        .description('render layouts with a trained run')
        .argument('<run>', 'the run folder')
        .argument('<layouts...>', 'layouts in the classes of the source layout (files, folders or patterns)')
        .requiredOption('-o, --output <out>', outputHelp)
        .option('--raw', "the network's own picture, at the training size")
        .addOption(tileOption())
        .addOption(targetSizeOption())
        .option('--quiet', 'print nothing but errors'),
    ),
  )
    .addHelpText(
      'after',
      '\nExample:\n  semia render runs/beach new-layout.png -o result.png\n' +
        '  semia render runs/beach "layouts/*.png" -o results --contact-sheet results.png\n',
    )
    .action(async (path: string, layouts: string[], o: RenderOptions) => {
      const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
      const run = await RunFolder.open(path);
      const { config } = run.record;
      if (o.tile && !o.raw) checkTile(config, `--tile ${o.tile}: `);
      const source = await run.source();
      const inputs = await readLayouts(layouts, source.palette, notify);
      const targets = targetsOf(inputs, PreparedSource.for(config, source), notify, o.targetSize);
      const files = await resultFiles(
        o.output,
        inputs,
        inputs.map((i) => i.path),
        o,
        o.raw ? [] : targets,
      );
      const sheet = await sheetFile(o.contactSheet, [...files, ...inputs.map((i) => i.path)]);
      await run.state(); // damaged weights are reported before a device is opened
      if (!run.finished) notify(`note: the run has done ${run.iteration} of ${config.iterations} iterations`);
      const session = await openSession();
      try {
        const painter = await painterOf(session, run);
        const pictures = await paintAll(
          painter,
          run,
          targets.map((target, i) => ({ target, file: inputs[i].record, path: files[i] })),
          { ...o, raw: o.raw ?? false, tile: tileOf(o.tile), notify },
        );
        if (sheet) {
          await writeSheet(sheet, source, targets, pictures);
          notify(sheet);
        }
      } catch (error) {
        throw explainDevice(error);
      }
    });
}
