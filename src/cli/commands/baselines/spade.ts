/** semia spade PHOTO LAYOUT TARGET... -o OUT: SPADE (Park et al. 2019) on one pair, or with published weights. */
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { runSpade, type SpadeResult, spadeDefaults } from '../../../model/baselines/spade/spade.ts';
import { readSpadeWeights } from '../../../model/baselines/spade/weights.ts';
import { sha256Sync } from '../../../node/version.ts';
import { integer } from '../../options/options.ts';
import { readVggWhole, readWeights } from '../../options/vgg.ts';
import { option } from '../../recipes/words.ts';
import { makeResults, readTask, type TaskOptions, taskOptions, taskWords } from '../../withoutTraining.ts';

interface SpadeCommand extends TaskOptions {
  size: number;
  width: number;
  iterations: number;
  seed: number;
  rate: number;
  minutes?: number;
  weights?: string;
  channels?: number[];
  vgg?: string;
}

function numbers(text: string): number[] {
  const list = text.split(',').map((w) => (/^\d+$/.test(w.trim()) ? Number(w) : NaN));
  if (list.some((n) => !(n <= 255)))
    throw new InvalidArgumentError('whole numbers from 0 to 255 with commas between them are expected.');
  return list;
}

export function addSpade(program: Command): void {
  taskOptions(
    program
      .command('spade')
      .description('SPADE (Park et al. 2019), to compare with: trained on the one pair, or with published weights'),
  )
    .option('--size <pixels>', 'longer side in training', integer(32, 2048), spadeDefaults.size)
    .option('--width <channels>', 'ngf and ndf; 64 as published', integer(1, 128), spadeDefaults.width)
    .option(
      '--iterations <count>',
      'iterations of training; 0 with --weights: none',
      integer(0, 1_000_000),
      spadeDefaults.iterations,
    )
    .option(
      '--rate <factor>',
      'on the published learning rates (G 0.0001, D 0.0004), which are made for long training',
      integer(1, 100),
      spadeDefaults.rate,
    )
    .option('--minutes <number>', 'fewer iterations where they would take longer', integer(1, 10_000))
    .option('--seed <number>', 'another seed gives another result', integer(0, 2 ** 32 - 1), 0)
    .option('--weights <file>', "begin with a generator's weights under the published names (.pth or .safetensors)")
    .option(
      '--channels <numbers>',
      "the weights' channel of each class, such as 156,177,154; default: 0, 1, ...",
      numbers,
    )
    .option('--vgg <file>', "torchvision's VGG-19 weights, for the published perceptual loss")
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia spade photo.jpg layout.png target.png -o result.png --minutes 5\n' +
        '  semia spade photo.jpg layout.png target.png -o result.png --weights latest_net_G.pth --channels ' +
        '156,177 --iterations 0\n',
    )
    .action(async (photo: string, layout: string, targets: string[], o: SpadeCommand) => {
      const task = await readTask(photo, layout, targets, o);
      const file = o.weights ? await readWeights(o.weights, () => true) : null;
      const weights = file ? readSpadeWeights(file.weights, o.weights!) : undefined;
      const weightsFile = file && { name: o.weights!, sha256: sha256Sync(file.bytes) };
      if (!o.iterations && !weights)
        throw new UserError('--iterations 0: an untrained network paints nothing: give iterations, or --weights');
      const vgg = o.vgg ? await readVggWhole(o.vgg) : null;
      let made: SpadeResult | undefined;
      const { size, width, seed, rate, channels } = o;
      const settings = () => ({
        size,
        width,
        seed,
        iterations: made!.iterations,
        rate,
        weights: o.weights ?? null,
        channels,
      });
      const options = () => [
        ...(['size', 'width', 'seed', 'iterations', 'rate'] as const).flatMap((k) => option(`--${k}`, settings()[k])),
        ...option('--channels', channels?.join()),
        ...option('--weights', weightsFile),
        ...option('--vgg', vgg?.record),
      ];
      await makeResults(
        task,
        o,
        'spade',
        settings,
        (target) => taskWords(task, 'spade', target, options(), o),
        async (session, i) => {
          made ??= await runSpade({
            session,
            source: task.source,
            targets: task.targets,
            size,
            width,
            seed,
            iterations: o.iterations,
            rate,
            channels,
            weights,
            vgg: vgg?.open(session),
            seconds: o.minutes && 60 * o.minutes,
            report: task.notify,
          });
          return { image: made.pictures[i] };
        },
      );
    });
}
