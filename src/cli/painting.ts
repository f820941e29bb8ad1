/** Rendering layouts with a run, and writing the results. */
import type { Session } from '../autograd/session.ts';
import type { Picture } from '../data/image/image.ts';
import { prepareTarget, type Target } from '../data/prepare.ts';
import { PreparedSource } from '../model/preparedSource.ts';
import { Painter } from '../model/rendering/painter.ts';
import type { FileRecord } from '../model/run/runRecord.ts';
import type { Tile } from '../model/synthesis/tile.ts';
import { writeFileAtomic } from '../node/files.ts';
import type { RunFolder } from '../node/runFolder.ts';
import type { InputPicture } from './options/inputs.ts';
import { adoptKernels } from './options/kernels.ts';
import { embedRunRecipe } from './recipes/runRecipe.ts';

/** Layout files as targets of a source, checked for everything that could stop their rendering. */
export function targetsOf(
  inputs: readonly InputPicture[],
  prepared: PreparedSource,
  notify: (note: string) => void,
  size?: { width: number; height: number },
): Target[] {
  return inputs.map(({ picture }) => {
    const target = prepareTarget(picture, prepared.source, size);
    prepared.check([target]);
    target.notes.forEach(notify);
    return target;
  });
}

/** A painter from a run's saved weights. */
export async function painterOf(session: Session, run: RunFolder): Promise<Painter> {
  adoptKernels(session, run.record);
  const { config } = run.record;
  return Painter.restored(session, config, PreparedSource.for(config, await run.source()), await run.state());
}

export interface Work {
  target: Target;
  file: FileRecord;
  path: string;
}

/** Renders and writes, one after the other; each is on the disk before the next begins. */
export async function paintAll(
  painter: Painter,
  run: RunFolder,
  work: readonly Work[],
  { raw, tile, notify }: { raw: boolean; tile?: Tile; notify: (note: string) => void },
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const { target, file, path } of work) {
    const picture = await painter.paint(target, { raw, tile });
    const { info } = painter.session.device;
    await writeFileAtomic(
      path,
      embedRunRecipe(picture, path, run, target, file, { raw, tile }, info.description || info.vendor),
    );
    notify(`${path}  ${picture.width} x ${picture.height}`);
    pictures.push(picture);
  }
  return pictures;
}
