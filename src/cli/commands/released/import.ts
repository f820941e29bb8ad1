/** semia import latest_net_G.pth PHOTO LAYOUT -o RUN: a run from a generator of the authors' released code. */
import type { Command } from 'commander';
import { prepareSource } from '../../../data/prepare.ts';
import { configure } from '../../../model/configure.ts';
import type { TensorState } from '../../../model/networks/networks.ts';
import { createNetworks } from '../../../model/networks/networks.ts';
import { fromReleased, sizeOfReleased } from '../../../model/networks/released.ts';
import { PreparedSource } from '../../../model/preparedSource.ts';
import { runFormat } from '../../../model/run/runRecord.ts';
import { checkNewRun, RunFolder } from '../../../node/runFolder.ts';
import { sha256Sync, versions } from '../../../node/version.ts';
import { readInputPicture, readPalette } from '../../options/inputs.ts';
import { integer } from '../../options/options.ts';
import { checkWritable } from '../../options/outputs.ts';
import { readWeights } from '../../options/vgg.ts';
import { Progress } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';

interface ImportOptions {
  output: string;
  size?: number;
  palette?: string;
  quiet?: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description("make a run from a generator that was trained with the authors' released code, to render with")
    .argument('<weights>', 'its file (latest_net_G.pth, or safetensors with the same names)')
    .argument('<photo>', 'the photograph it was trained on')
    .argument('<layout>', 'its layout, in the colors it was trained with')
    .requiredOption('-o, --output <run>', 'the run folder to make')
    .option(
      '--size <pixels>',
      "longer side that the photograph had in training (default: the photo's own)",
      integer(32, 2048),
    )
    .option('--palette <file>', 'names of the classes')
    .option('--quiet', 'print nothing but errors')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia import latest_net_G.pth img.png label.png -o runs/theirs\n' +
        '  semia render runs/theirs cond/1.png -o 1.png\n',
    )
    .action(importWeights);
}

async function importWeights(file: string, photo: string, layout: string, o: ImportOptions): Promise<void> {
  const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
  const { bytes, weights } = await readWeights(file, () => true);
  const { width, levels } = sizeOfReleased(weights, file);
  const named = o.palette ? await readPalette(o.palette) : null;
  const [p, l] = [await readInputPicture(photo, false), await readInputPicture(layout, true)];
  const size = o.size ?? Math.min(2048, Math.max(p.picture.width, p.picture.height));
  const base = configure({ preset: 'code', size });
  const c = { ...base, network: { ...base.network, generator: width, levels } };
  const { source, notes } = prepareSource(p.picture, l.picture, { named: named?.palette, longSide: size });
  PreparedSource.for(c, source); // refuses what is too small
  const given = fromReleased(weights, c, file);
  await checkNewRun(o.output);
  await checkWritable(o.output);
  notes.forEach(notify);
  const session = await openSession();
  try {
    // D and S are not in the file: they are new, so that the run is complete.
    const { gPass, dPass, sPass } = createNetworks(session, c, source.palette.classes.length);
    const state: TensorState = new Map();
    for (const { p: network } of [dPass, sPass])
      for (const [k, v] of await network.state()) state.set(`${network.label}.${k}`, v);
    for (const [k, v] of given) state.set(`${gPass.p.label}.${k}`, v);
    const host = { iteration: c.iterations, drawn: 0, counter: 0, steps: [0, 0, 0] as [number, number, number] };
    const now = new Date().toISOString();
    const run = await RunFolder.create(
      o.output,
      {
        format: runFormat,
        config: c,
        palette: source.palette,
        size: { width: source.width, height: source.height },
        drawn: source.drawn,
        inputs: { photo: p.record, layout: l.record, palette: named?.record ?? null, vgg: null, targets: [] },
        imported: { name: file, sha256: sha256Sync(bytes) },
        adapter: session.device.info,
        versions: versions(),
        started: now,
        saved: now,
        seconds: 0,
      },
      source,
      [],
      [],
      { iteration: host.iteration, host, state: async () => state },
    );
    run.close();
  } catch (error) {
    throw explainDevice(error);
  }
  notify(
    `${o.output}: a generator of width ${width} with ${levels} levels. Next: semia render ${o.output} LAYOUT... -o OUT`,
  );
}
