/**
 * Can the judge be trusted? On the painted scenes, where the truth is known: its ceiling (unseen warps of the source),
 * what it gives the true picture of each target, the same truth with its resolution divided by four, and the untouched
 * source (the control). Mean IoU. No device: the same numbers on every machine.
 */
import { resize, type Picture } from '../src/data/image/image.ts';
import { paintScene, sceneNames } from '../src/data/scenes/index.ts';
import { LayoutClassifier } from '../src/evaluate/layoutClassifier/layoutClassifier.ts';
import { layoutScore } from '../src/evaluate/metrics/labels.ts';

const photo = (p: { name: string; width: number; height: number; photo: Uint8Array }): Picture => {
  const data = new Uint8Array(4 * p.width * p.height).fill(255);
  for (let i = 0; i < p.width * p.height; i++) data.set(p.photo.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width: p.width, height: p.height, data, hasAlpha: false, source: p.name };
};
const row = (name: string, cells: readonly (string | number)[]): void =>
  console.log(name.padEnd(24) + cells.map((c) => (typeof c === 'number' ? c.toFixed(3) : c).padStart(12)).join(''));

row('', ['ceiling', 'truth', 'of ceiling', 'truth / 4', 'control', 'CPU s']);
for (const name of sceneNames) {
  const scene = paintScene(name);
  const classes = scene.classes.length;
  const before = process.cpuUsage();
  const judge = LayoutClassifier.train(
    { ...scene.source, photo: photo(scene.source), labels: scene.source.layout },
    classes,
  );
  const used = process.cpuUsage(before);
  const own = judge.predict(photo(scene.source));
  row(name, [judge.ceiling.meanIoU, '', '', '', '', ((used.user + used.system) / 1e6).toFixed(1)]);
  for (const t of scene.targets) {
    const truth = photo(t);
    const iou = (labels: Uint8Array): number => layoutScore(t.layout, labels, classes).meanIoU;
    const right = iou(judge.predict(truth));
    const soft = resize(resize(truth, Math.round(t.width / 4), Math.round(t.height / 4)), t.width, t.height);
    row(`  ${t.name}`, [
      judge.ceiling.meanIoU,
      right,
      right / judge.ceiling.meanIoU,
      iou(judge.predict(soft)),
      iou(own),
    ]);
  }
}
process.exit(0);
