/** The previews that `semia analogy` writes before it trains, and whether the training was worth it. */
import type { Session } from '../../autograd/session.ts';
import type { Picture } from '../../data/image/image.ts';
import type { Target } from '../../data/prepare.ts';
import { compareHeldOut } from '../../evaluate/heldOut.ts';
import type { Painter } from '../../model/rendering/painter.ts';
import { type PreviewCommand, previewSettings, previewWords } from '../commands/preview.ts';
import type { Job } from '../job.ts';
import { tileOf } from '../options/options.ts';
import { type Made, writeResult } from '../withoutTraining.ts';
import { firstPictures } from './firstPictures.ts';

/** The previews of a training's targets, written to the results' files: the same files that `semia preview` makes. */
export function previewsOf(
  session: Session,
  job: Job,
  paths: readonly string[],
  o: PreviewCommand,
  notify: (note: string) => void,
): Promise<Picture[]> {
  const { source } = job.prepared;
  const { photo, layout, targets, palette } = job.inputs;
  const made: Made = { files: { photo, layout, targets, palette }, notify };
  const seed = job.config.seed;
  return firstPictures(session, source, job.targets, {
    seed,
    tile: tileOf(o.tile),
    done: async (i, { image, field }) => {
      const how = {
        method: 'preview',
        settings: previewSettings(seed, o),
        words: previewWords(made, targets[i], seed, o),
      };
      const result = { image, photo: source.photo, from: field?.indices };
      await writeResult(session, paths[i], result, made.files, targets[i], how, o);
      notify(`${paths[i]}  ${image.width} x ${image.height}  a preview; training follows`);
    },
  });
}

/**
 * Trained pictures are worse than previews only where their distance on warps of the photograph is this much larger:
 * warps are mild, and there a copy of the photograph is hard to beat [M].
 */
const muchWorse = 1.1;

/** The network's picture of each target. */
async function paintTargets(painter: Painter, targets: readonly Target[]): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const target of targets) pictures.push(await painter.paint(target));
  return pictures;
}

/** Whether the trained pictures are to take the previews' place, and says so. */
export async function isTrainedBetter(painter: Painter, notify: (note: string) => void): Promise<boolean> {
  const { session } = painter;
  const [preview, trained] = await compareHeldOut(painter.source, [
    { name: 'preview', paint: (source, targets) => firstPictures(session, source, targets) },
    { name: 'trained', paint: (source, targets) => paintTargets(painter.at(source), targets) },
  ]);
  const better = trained.distance <= muchWorse * preview.distance;
  notify(
    `on warps of the photograph that no training saw: perceptual distance ${trained.distance.toFixed(4)} trained, ` +
      `${preview.distance.toFixed(4)} preview; the ${better ? 'trained pictures' : 'previews'} are the results`,
  );
  return better;
}
