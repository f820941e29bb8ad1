/** The previews that `semia analogy` writes before it trains, and whether the training was worth it. */
import type { Session } from '../../autograd/session.ts';
import { likePhoto, type Picture } from '../../data/image/image.ts';
import { compareHeldOut } from '../../evaluate/heldOut.ts';
import type { Painter } from '../../model/rendering/painter.ts';
import { type PreviewCommand, previewSettings, previewWords } from '../commands/preview.ts';
import type { Job } from '../job.ts';
import { tileOf } from '../options/options.ts';
import { outputWords, writeResults } from '../options/results.ts';
import { methodTexts } from '../recipes/methodRecipe.ts';
import { adapterName } from '../withoutTraining.ts';
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
  const made = { files: { photo, layout, targets, palette }, notify };
  const seed = job.config.seed;
  return firstPictures(session, source, job.targets, {
    seed,
    tile: tileOf(o.tile),
    done: async (i, { image, field }) => {
      const record = {
        method: 'preview',
        ...previewSettings(seed, o),
        ...adapterName(session),
        photo,
        layout,
        target: targets[i],
      };
      const words = [...previewWords(made, targets[i], seed, o), ...outputWords(o)];
      const picture = likePhoto(image, source.photo, field?.indices);
      await writeResults([{ path: paths[i], picture, texts: methodTexts(paths[i], record, words) }], o);
      notify(`${paths[i]}  ${image.width} x ${image.height}  a preview; training follows`);
    },
  });
}

/**
 * Trained pictures are worse than previews only where their distance on warps of the photograph is this much larger:
 * warps are mild, and there a copy of the photograph is hard to beat [M].
 */
const muchWorse = 1.1;

/** Whether the trained pictures are to take the previews' place, and says so. */
export async function isTrainedBetter(painter: Painter, notify: (note: string) => void): Promise<boolean> {
  const { session } = painter;
  const [preview, trained] = await compareHeldOut(painter.source, [
    {
      name: 'preview',
      paint: async (source, target) => (await firstPictures(session, source, [target]))[0],
    },
    { name: 'trained', paint: (source, target) => painter.at(source).paint(target) },
  ]);
  const better = trained.distance <= muchWorse * preview.distance;
  notify(
    `on warps of the photograph that no training saw: perceptual distance ${trained.distance.toFixed(4)} trained, ` +
      `${preview.distance.toFixed(4)} preview; the ${better ? 'trained pictures' : 'previews'} are the results`,
  );
  return better;
}
