/** One training of an ablation: a painted scene, a configuration, the numbers of what comes out. */
import type { Session } from '../../../autograd/session.ts';
import type { Picture } from '../../../data/image/image.ts';
import { prepareSource, prepareTarget, type Source, type Target } from '../../../data/prepare.ts';
import { paintScene } from '../../../data/scenes/index.ts';
import type { Values } from '../../../evaluate/ablation/ablation.ts';
import { evaluate, layoutClassifierOf, type Report } from '../../../evaluate/evaluate.ts';
import type { LayoutClassifier } from '../../../evaluate/layoutClassifier/layoutClassifier.ts';
import type { Config } from '../../../model/config.ts';
import { PreparedSource } from '../../../model/preparedSource.ts';
import { TrainingSession } from '../../../model/training/session.ts';
import { decodeImage } from '../../../node/decode.ts';
import { encodePng } from '../../../node/encode.ts';
import type { OutputFile } from '../../../node/files.ts';
import { pictureFile, sceneFiles, scenePalette } from '../example.ts';

export interface AblationScene {
  source: Source;
  classifier: () => LayoutClassifier;
  targets: Target[];
  truths: Picture[];
  names: string[];
}

/**
 * A painted scene as training takes it, by way of the same PNG files that `semia example` writes; with its first
 * `count` targets.
 */
export async function openScene(name: string, size: number, count?: number): Promise<AblationScene> {
  const scene = paintScene(name, { size });
  const files = new Map(sceneFiles(scene, '').map((f) => [f.path, f.bytes as Uint8Array]));
  const read = (path: string, layout = false): Promise<Picture> => decodeImage(files.get(path)!, path, { layout });
  const { source } = prepareSource(await read('photo.png'), await read('layout.png', true), {
    named: scenePalette(scene),
  });
  const names = scene.targets.slice(0, count).map(pictureFile);
  return {
    source,
    classifier: layoutClassifierOf(source),
    names,
    truths: await Promise.all(names.map((n) => read(`truth/${n}`))),
    targets: await Promise.all(names.map(async (n) => prepareTarget(await read(`targets/${n}`, true), source))),
  };
}

/**
 * Trains, renders every target, measures. `path`: where a picture of this cell goes, given a function from the factor's
 * name to METHOD/TARGET.png, the layout that `semia study` takes. Seconds are those of the iterations, recording and
 * compiling left out.
 */
export async function trainCell(
  session: Session,
  { source, classifier, targets, truths, names }: AblationScene,
  c: Config,
  path: (file: (factor: string) => string) => string,
): Promise<{ values: Values; files: OutputFile[] }> {
  const prepared = PreparedSource.for(c, source);
  const training = await TrainingSession.open({ session, config: c, prepared, targets });
  let seconds = 0;
  for await (const progress of training.iterate({ lossesEvery: Infinity })) seconds += progress.seconds;
  const { painter } = training;
  const files: OutputFile[] = [{ path: path(() => 'source.png'), bytes: encodePng(source.photo) }];
  const reports: { result: Report; draft: Report }[] = [];
  for (const [i, target] of targets.entries()) {
    const [result, draft] = [await painter.paint(target), await painter.paint(target, { raw: true })];
    files.push(
      { path: path((factor) => `${factor}/${names[i]}`), bytes: encodePng(result) },
      { path: path((factor) => `drafts/${factor}/${names[i]}`), bytes: encodePng(draft) },
    );
    const measure = (picture: Picture): Promise<Report> =>
      evaluate({ session, source, classifier, result: picture, target, truth: truths[i] });
    reports.push({ result: await measure(result), draft: await measure(draft) });
  }
  const of = (which: 'result' | 'draft', value: (r: Report) => number): number =>
    reports.reduce((sum, r) => sum + value(r[which]), 0) / reports.length;
  return {
    files,
    values: {
      of_ceiling: of('result', (r) => r.layout.ofCeiling!),
      accuracy: of('result', (r) => r.layout.accuracy),
      coherence: of('result', (r) => r.appearance.coherence),
      psnr: of('result', (r) => r.truth!.psnr),
      ssim: of('result', (r) => r.truth!.ssim),
      draft_of_ceiling: of('draft', (r) => r.layout.ofCeiling!),
      draft_psnr: of('draft', (r) => r.truth!.psnr),
      draft_ssim: of('draft', (r) => r.truth!.ssim),
      draft_coherence: of('draft', (r) => r.appearance.coherence),
      seconds,
    },
  };
}
