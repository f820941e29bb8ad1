// npm run bench:sketch [-- FOLDER]: the examples of sketch to image and of a face as users make them (what is in FOLDER
// already is kept), their figures, and docs/pictures/sketch.png and face.png. Painted material only; some minutes on
// two free cores, most of them training.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { picture, root, semiaIn } from './pictures.mjs';

const folder = process.argv[2] ?? join(root, 'out/uses');
mkdirSync(folder, { recursive: true });
const short = ['--preset', 'fast', '--iterations', '24', '--save-every', '600'];
const semia = semiaIn(folder);
const sheet = (name, width, rows) =>
  picture(
    name,
    rows.map((row) => row.map((file) => join(folder, file))),
    { width },
  );

semia('examples/face', 'example', 'examples', '--size', '128');

const coast = 'examples/coast',
  drawn = ['cliff-left', 'stacks'];
for (const t of drawn) semia(`drawings/${t}.png`, 'edges', `${coast}/truth/${t}.png`, '-o', `drawings/${t}.png`);
semia(
  'sketch',
  'analogy',
  `${coast}/photo.png`,
  ...drawn.map((t) => `drawings/${t}.png`),
  '--condition',
  'sketch',
  ...short.with(3, '80'),
  '-o',
  'sketch',
);
for (const t of drawn)
  for (const result of [`${coast}/photo.png`, `sketch/${t}.png`])
    semia(null, 'edges', result, '--against', `drawings/${t}.png`);
semia(
  'sketch.csv',
  'evaluate',
  ...drawn.map((t) => `sketch/${t}.png`),
  '--source',
  `${coast}/photo.png`,
  '--layout',
  `${coast}/layout.png`,
  '--target',
  ...drawn.map((t) => `${coast}/targets/${t}.png`),
  '--truth',
  ...drawn.map((t) => `${coast}/truth/${t}.png`),
  '--csv',
  'sketch.csv',
);
await sheet(
  'sketch.png',
  220,
  drawn.map((t) => [`${coast}/photo.png`, `drawings/${t}.png`, `sketch/${t}.png`, `${coast}/truth/${t}.png`]),
);

const face = 'examples/face',
  wanted = ['smile', 'long-hair', 'surprised', 'head-aside'];
const layouts = wanted.map((t) => `${face}/targets/${t}.png`);
semia(
  'face',
  'analogy',
  `${face}/photo.png`,
  `${face}/layout.png`,
  ...layouts,
  '--palette',
  'celebamask-hq',
  ...short,
  '-o',
  'face',
);
semia(
  'face.csv',
  'evaluate',
  ...wanted.map((t) => `face/${t}.png`),
  '--source',
  `${face}/photo.png`,
  '--layout',
  `${face}/layout.png`,
  '--palette',
  'celebamask-hq',
  '--target',
  ...layouts,
  '--truth',
  ...wanted.map((t) => `${face}/truth/${t}.png`),
  '--csv',
  'face.csv',
);
await sheet('face.png', 176, [
  [`${face}/layout.png`, ...layouts],
  [`${face}/photo.png`, ...wanted.map((t) => `face/${t}.png`)],
  [`${face}/photo.png`, ...wanted.map((t) => `${face}/truth/${t}.png`)],
]);
