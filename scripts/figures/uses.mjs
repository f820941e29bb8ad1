// npm run bench:uses [-- FOLDER] [--singan MINUTES]: the README's pictures of what the program is used for, made of the
// painted scenes by the commands that the README names (what is in FOLDER already is kept). SinGAN trains for minutes,
// so its picture is made anew only where these are given.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { picture as sheet, root, semiaIn } from './pictures.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { singan: { type: 'string' } } });
const folder = positionals[0] ?? join(root, 'out/uses');
const at = (name) => join(folder, name);
const side = 192;
mkdirSync(folder, { recursive: true });
const semia = semiaIn(folder);
/** Pictures of FOLDER side by side, row by row: docs/pictures/NAME.png. */
const picture = (name, rows, height = side) =>
  sheet(
    `${name}.png`,
    rows.map((row) => row.map(at)),
    { height, kernel: 'nearest' },
    { dither: 0.5 },
  );

/** What somebody would draw in a paint program: shapes in per cent of the picture, over `under` or on black. */
async function drawn(name, of, shapes, under) {
  const { width, height } = await sharp(at(of)).metadata();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" preserveAspectRatio="none"
 width="${width}" height="${height}" shape-rendering="crispEdges">
${under ? '' : '<rect width="100" height="100"/>'}${shapes}</svg>`;
  const over = Buffer.from(svg);
  await (under
    ? sharp(at(under))
        .toColorspace('srgb')
        .ensureAlpha()
        .composite([{ input: over }])
        .removeAlpha()
    : sharp(over).removeAlpha()
  )
    .png()
    .toFile(at(name));
  return name;
}

/** A photograph with what a mask covers taken out. */
async function holed(name, photo, mask) {
  const alpha = await sharp(at(mask)).extractChannel(0).negate().toBuffer();
  await sharp(at(photo)).joinChannel(alpha).png().toFile(at(name));
  return name;
}

semia('scenes/lake/photo.png', 'example', 'scenes', '--size', `${side}`);
semia('again/lake/photo.png', 'example', 'again', '--size', `${side}`, '--seed', '5');
const of = (scene) => [`scenes/${scene}/photo.png`, `scenes/${scene}/layout.png`];
const named = (scene) => ['--palette', `scenes/${scene}/palette.txt`];

// Several targets from one run, named by a pattern, and their contact sheet.
semia(
  'meadow.png',
  'analogy',
  ...of('meadow'),
  'scenes/meadow/targets/*.png',
  '-o',
  'meadow',
  '--preset',
  'fast',
  '--iterations',
  '24',
  ...named('meadow'),
  '--contact-sheet',
  'meadow.png',
);
await picture('manipulation', [['meadow.png']], 2 * side);

// The photograph at another shape, and a panorama that fits itself: two copies show the seam.
semia(
  'wide.png',
  'render',
  'meadow/run',
  of('meadow')[1],
  '--target-size',
  `${Math.round(1.6 * side)}x${side}`,
  '-o',
  'wide.png',
);
semia('tile.png', 'render', 'meadow/run', of('meadow')[1], '--tile', 'across', '-o', 'tile.png');
await sharp(at('tile.png')).extend({ right: side, extendWith: 'repeat' }).png().toFile(at('tiles.png'));
await picture('retargeting', [[of('meadow')[0], 'wide.png', 'tiles.png']]);

// Removal by class.
await picture('removal', [
  [
    of('cabin')[0],
    of('cabin')[1],
    semia(
      'no-cabin.png',
      'remove',
      of('cabin')[0],
      '--layout',
      of('cabin')[1],
      ...named('cabin'),
      '--class',
      'wall',
      'roof',
      'path',
      '-o',
      'no-cabin.png',
    ),
  ],
  [
    of('meadow')[0],
    of('meadow')[1],
    semia(
      'no-tree.png',
      'remove',
      of('meadow')[0],
      '--layout',
      of('meadow')[1],
      ...named('meadow'),
      '--class',
      'tree',
      '-o',
      'no-tree.png',
    ),
  ],
]);

// A hole filled from the photograph itself, and from another one of the scene, where the waves lie otherwise.
const hole = await drawn('hole.png', of('coast')[0], '<path d="M22 46 L58 44 L60 74 L24 76 Z" fill="#fff"/>');
await picture('inpainting', [
  [await holed('torn.png', of('coast')[0], hole), semia('whole.png', 'inpaint', 'torn.png', '-o', 'whole.png')],
  [
    'again/coast/photo.png',
    semia('both.png', 'inpaint', 'torn.png', '--from', 'again/coast/photo.png', '-o', 'both.png'),
  ],
]);

// A first layout, painted over, and what becomes of it.
semia('first.png', 'segment', of('lake')[0], '-k', '5', '-o', 'first.png');
const color = await sharp(at('first.png'))
  .toColorspace('srgb')
  .removeAlpha()
  .extract({ left: Math.round(0.35 * side), top: Math.round(0.38 * side), width: 1, height: 1 })
  .raw()
  .toBuffer();
const peak = await drawn(
  'edited.png',
  'first.png',
  `<path d="M2 50 L24 12 L34 26 L40 22 L58 50 Z" fill="rgb(${[...color].join()})"/>`,
  'first.png',
);
await picture('segmentation', [
  [of('lake')[0], 'first.png', peak, semia('peak.png', 'preview', of('lake')[0], 'first.png', peak, '-o', 'peak.png')],
]);

if (values.singan) {
  semia(
    'singan/singan.json',
    'singan',
    'train',
    of('lake')[0],
    '-o',
    'singan',
    '--minutes',
    values.singan,
    '--size',
    '48',
  );
  const task = (name, ...words) => semia(name, 'singan', words[0], 'singan', ...words.slice(1), '-o', name);
  // Something pasted for `harmonize`: a part of another picture, at the run's size.
  await drawn(
    'pasted.png',
    'singan/photo.png',
    '<path d="M40 95 L46 62 L54 62 L60 95 Z" fill="#d05028"/><circle cx="50" cy="58" r="7" fill="#e8d8b0"/>',
    'singan/photo.png',
  );
  await drawn('pasted-mask.png', 'singan/photo.png', '<path d="M38 98 L44 48 L56 48 L62 98 Z" fill="#fff"/>');
  await picture(
    'singan',
    [
      [
        'singan/photo.png',
        task('sample.png', 'sample'),
        task('kept.png', 'sample', '--start', '1', '--seed', '2'),
        task('wide.png', 'retarget', '--size', '88x48'),
        'pasted.png',
        task('harmonized.png', 'harmonize', 'pasted.png', '--mask', 'pasted-mask.png'),
      ],
    ],
    144,
  );
}
