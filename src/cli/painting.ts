/** Rendering layouts with a run, and writing the results. */
import type { Session } from '../autograd/session.ts';
import { likePhoto, type Picture } from '../data/image/image.ts';
import { prepareTarget, type Target } from '../data/prepare.ts';
import { PreparedSource } from '../model/preparedSource.ts';
import { Painter } from '../model/rendering/painter.ts';
import type { FileRecord } from '../model/run/runRecord.ts';
import type { RunFolder } from '../node/runFolder.ts';
import type { InputPicture } from './options/inputs.ts';
import { adoptKernels } from './options/kernels.ts';
import { type OutputOptions, type ResultFile, writeResults } from './options/results.ts';
import { type Recipe, runTexts } from './recipes/runRecipe.ts';

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

/** How a run renders, as its recipe records it. */
type Rendering = Pick<Recipe, 'raw' | 'tile' | 'quality'>;

/** A rendering with the profile, EXIF and depth of the run's photograph, and its recipe. */
export async function paintOne(
  painter: Painter,
  run: RunFolder,
  { target, file, path }: Work,
  { raw, tile, quality }: Rendering,
): Promise<ResultFile> {
  const picture = likePhoto(await painter.paint(target, { raw, tile }), painter.source.photo);
  const { description, vendor } = painter.session.device.info;
  return { path, picture, texts: runTexts(path, run, target, file, { raw, tile, quality }, description || vendor) };
}

/** Renders and writes, one after the other; each is on the disk before the next begins. */
export async function paintAll(
  painter: Painter,
  run: RunFolder,
  work: readonly Work[],
  { notify, ...o }: OutputOptions & Rendering & { notify: (note: string) => void },
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const w of work) {
    const result = await paintOne(painter, run, w, o);
    await writeResults([result], o);
    const { path, picture } = result;
    notify(`${path}  ${picture.width} x ${picture.height}`);
    pictures.push(picture);
  }
  return pictures;
}
