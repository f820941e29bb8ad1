/**
 * semia segment PHOTO: a first layout for a photograph, by superpixels merged to k classes, to be corrected in a paint
 * program or on the page.
 */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { encodePalettePng } from '../../../data/formats/palettePng.ts';
import { withText } from '../../../data/formats/png.ts';
import { fitSize, flatten, type Picture, resize, resizeLabels } from '../../../data/image/image.ts';
import { percent } from '../../../data/layout/layoutReport.ts';
import { hex } from '../../../data/layout/palette.ts';
import { classesOf, type SegmentedLayout, segment } from '../../../data/layout/segment.ts';
import { encodePng } from '../../../node/encode.ts';
import { writeFilesAtomic } from '../../../node/files.ts';
import { readInputPicture } from '../../options/inputs.ts';
import { integer, number } from '../../options/options.ts';
import { resultFiles } from '../../options/outputs.ts';
import { methodTexts } from '../../recipes/methodRecipe.ts';
import { option } from '../../recipes/words.ts';

interface SegmentChoices {
  output?: string;
  classes: number;
  superpixels: number;
  compactness: number;
  overlay?: string;
}

/** Longer side at which superpixels are found; finer than that, they would follow noise. */
const WORKING_SIZE = 1024;

export function addSegment(program: Command): void {
  program
    .command('segment')
    .description('a first layout for a photograph: superpixels merged to classes by color, texture and place')
    .argument('<photo>', 'the photograph')
    .option('-k, --classes <count>', 'classes', integer(2, 64), 5)
    .option('--superpixels <count>', 'how many to start from', integer(2, 5000), 400)
    .option('--compactness <m>', 'how much place counts against color in a superpixel, 1 to 100', number(1, 100), 12)
    .option('-o, --output <file>', 'the layout, a palette PNG (default: beside the photo, NAME-layout.png)')
    .option('--overlay <file>', 'also write the layout over the photograph, with its borders')
    .addHelpText('after', '\nExample:\n  semia segment photo.jpg -k 5 -o layout.png --overlay check.png\n')
    .action(async (path: string, o: SegmentChoices) => {
      const { picture, record } = await readInputPicture(path, false);
      const beside = `${path.replace(/\.\w+$/, '')}-layout.png`;
      const files = [
        ...(await resultFiles(o.output ?? beside, [{ path: basename(beside) }], [path])),
        ...(o.overlay ? await resultFiles(o.overlay, [{ path: 'overlay.png' }], [path]) : []),
      ];
      if (files[0] === files[1])
        throw new UserError(`${files[0]}: would hold both the layout and the overlay: give two names`);
      const layout = firstLayout(picture, o);
      const words = [
        'segment',
        record,
        ...option('-k', o.classes),
        ...option('--superpixels', o.superpixels),
        ...option('--compactness', o.compactness),
      ];
      const bytes = [
        withText(encodePalettePng(layout, layout), methodTexts(files[0], { method: 'segment' }, words)),
        ...(o.overlay ? [encodePng(overlay(picture, layout))] : []),
      ];
      await writeFilesAtomic(files.map((f, i) => ({ path: f, bytes: bytes[i] })));
      for (const f of files) console.log(f);
      for (const [k, c] of layout.classes.entries()) {
        const share = layout.labels.reduce((n, l) => n + Number(l === k), 0) / layout.labels.length;
        console.log(`  ${hex(c.color)}  ${percent(share).padStart(7)}  ${c.name}`);
      }
      if (layout.classes.length < o.classes)
        console.log(`only ${layout.classes.length} of ${o.classes} classes: the photograph has no more superpixels`);
    });
}

/** The layout at the photograph's size. */
function firstLayout(picture: Picture, o: SegmentChoices): SegmentedLayout {
  const opaque = flatten(picture);
  const { width, height } = fitSize(picture.width, picture.height, WORKING_SIZE);
  const found = classesOf(
    segment(resize(opaque, width, height), { superpixels: o.superpixels, compactness: o.compactness }),
    o.classes,
  );
  return {
    ...found,
    width: picture.width,
    height: picture.height,
    labels: resizeLabels(found.labels, width, height, picture.width, picture.height),
  };
}

/** The photograph, half covered by the classes' colors, with white borders between classes. */
function overlay(picture: Picture, { width, height, labels, classes }: SegmentedLayout): Picture {
  const data = new Uint8Array(flatten(picture).data);
  for (let p = 0; p < labels.length; p++) {
    const border =
      ((p % width) + 1 < width && labels[p + 1] !== labels[p]) ||
      (p + width < width * height && labels[p + width] !== labels[p]);
    for (let c = 0; c < 3; c++)
      data[4 * p + c] = border ? 255 : Math.round((data[4 * p + c] + classes[labels[p]].color[c]) / 2);
    data[4 * p + 3] = 255;
  }
  return { width, height, data, hasAlpha: false, source: 'overlay' };
}
