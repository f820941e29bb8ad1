// The whole analogy on a painted scene, small: a photograph and its layout in, a picture of another layout out.
// Run it: node examples/analogy.mjs [FOLDER] (in a clone: npm run example -- analogy)
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  analogy,
  encodePng,
  openNodeDevice,
  paintScene,
  prepareSource,
  prepareTarget,
  preview,
  sceneLayout,
  scenePhoto,
  Session,
} from 'semia-webgpu';

const folder = process.argv[2] ?? 'analogy-example';

// A scene painted by code: a lake with its layout, and other layouts of the same place whose true pictures are known.
// For pictures of your own: await readPicture('photo.jpg'), await readPicture('layout.png', { layout: true }).
const scene = paintScene('lake', { size: 64 });
const photo = scenePhoto(scene.source);
const layout = sceneLayout(scene, scene.source);
const target = sceneLayout(scene, scene.targets[0]);

const session = new Session(await openNodeDevice());

// At once, without training: the target's layout filled with patches of the photograph.
const { source } = prepareSource(photo, layout);
const { labels, width, height } = prepareTarget(target, source);
const { image: first } = await preview({
  session,
  photo,
  layout: source.labels,
  target: { width, height, labels },
  classes: source.palette.classes.length,
});

// The method itself: networks are trained on this one photograph and then render the target's layout. These settings
// are for a quick look; leave out size, width and iterations for the preset's own.
const [result] = await analogy({
  session,
  photo,
  layout,
  targets: [target],
  preset: 'fast',
  size: 32,
  width: 4,
  iterations: 6,
  outputSize: 64,
  onIteration: (done, of) => done % 2 === 0 && console.log(`iteration ${done} of ${of}`),
});

mkdirSync(folder, { recursive: true });
const pictures = { photo, layout, target, preview: first, result, truth: scenePhoto(scene.targets[0]) };
for (const [name, picture] of Object.entries(pictures)) writeFileSync(join(folder, `${name}.png`), encodePng(picture));
console.log(`written to ${folder}: ${Object.keys(pictures).join(', ')}`);
process.exit(0); // an open device keeps Node alive
