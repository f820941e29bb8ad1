/**
 * Does `fast` hold what one seed showed? On every painted scene at 128 pixels, all targets: three seeds of `fast` with
 * a fixed number of iterations (so that the machine's load changes nothing), three of patch synthesis, and Image
 * Analogies, which has no seed. PSNR against the true picture, mean IoU as a share of the judge's ceiling: means over
 * targets, then mean and standard deviation over seeds; the least target of all. `--only` takes scenes' names. Seven
 * minutes on two quiet cores.
 */
import { Session } from '../src/autograd/session.ts';
import { openScene } from '../src/cli/commands/research/ablateCell.ts';
import type { Picture } from '../src/data/image/image.ts';
import { sceneNames } from '../src/data/scenes/index.ts';
import { layoutClassifierOf } from '../src/evaluate/evaluate.ts';
import { layoutScore } from '../src/evaluate/metrics/labels.ts';
import { psnr } from '../src/evaluate/metrics/reconstruction.ts';
import { configure } from '../src/model/configure.ts';
import { methods } from '../src/model/baselines/methods.ts';
import { PreparedSource } from '../src/model/preparedSource.ts';
import { TrainingSession } from '../src/model/training/session.ts';
import { openNodeDevice } from '../src/node/gpu.ts';

const [size, iterations, seeds] = [128, 26, [0, 1, 2]];
const only = process.argv.includes('--only') ? new RegExp(process.argv[process.argv.indexOf('--only') + 1]) : null;
const session = new Session(await openNodeDevice());

const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
const spread = (v: readonly number[]): string =>
  v.length < 2 ? '' : ` ± ${Math.sqrt(v.reduce((s, x) => s + (x - mean(v)) ** 2, 0) / (v.length - 1)).toFixed(2)}`;

for (const name of sceneNames.filter((n) => !only || only.test(n))) {
  const { source, targets, truths } = await openScene(name, size);
  const judge = layoutClassifierOf(source)();
  const baseline =
    (method: string) =>
    async (seed: number): Promise<Picture[]> =>
      (
        await methods
          .find((m) => m.name === method)!
          .run({ session, source, targets, seed, seconds: Infinity, report: () => {} })
      ).pictures;
  const fast = (seed: number): Promise<Picture[]> =>
    session.memory.scope(async () => {
      const config = configure({ preset: 'fast', iterations, seed });
      const prepared = PreparedSource.for(config, source);
      const training = await TrainingSession.open({ session, config, prepared, targets });
      for await (const _ of training.iterate({ lossesEvery: Infinity }));
      const pictures: Picture[] = [];
      for (const t of targets) pictures.push(await training.painter.paint(t));
      return pictures;
    });
  const rows: [string, readonly number[], (seed: number) => Promise<Picture[]>][] = [
    ['Image Analogies', [0], baseline('analogies')],
    ['patch synthesis', seeds, baseline('preview')],
    ['fast', seeds, fast],
  ];
  let before: number[] = [];
  for (const [label, of, make] of rows) {
    const scores: { psnr: number; share: number }[][] = [];
    for (const seed of of) {
      const made = await make(seed);
      scores.push(
        made.map((p, i) => ({
          psnr: psnr(p, truths[i]),
          share:
            layoutScore(targets[i].labels, judge.predict(p), source.palette.classes.length).meanIoU /
            judge.ceiling.meanIoU,
        })),
      );
    }
    const by = scores.map((s) => mean(s.map((x) => x.psnr)));
    const shares = scores.flat().map((x) => x.share);
    console.log(
      `${name.padEnd(8)} ${label.padEnd(16)} PSNR ${mean(by).toFixed(2)}${spread(by)} dB, ` +
        `mean IoU of ceiling ${mean(shares).toFixed(3)}, least ${Math.min(...shares).toFixed(3)}`,
    );
    if (label === 'fast') {
      const above = by.map((v, i) => (v - before[i]).toFixed(2));
      console.log(`${''.padEnd(26)}above patch synthesis, seed by seed: ${above.join(', ')} dB`);
    }
    before = by;
  }
}
process.exit(0);
