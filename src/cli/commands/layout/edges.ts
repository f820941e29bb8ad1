/**
 * semia edges PHOTO -o SKETCH.png: the line drawing of a photograph, for `--condition sketch`; and how well a picture
 * follows a drawing.
 */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { encodePalettePng } from '../../../data/formats/palettePng.ts';
import { flatten } from '../../../data/image/image.ts';
import { type DrawingOptions, drawingOf, drawingPalette, readDrawing } from '../../../data/layout/drawing/drawing.ts';
import { lineScore, resizeLines } from '../../../data/layout/drawing/lines.ts';
import { percent } from '../../../data/layout/layoutReport.ts';
import { writeFileAtomic } from '../../../node/files.ts';
import { readInputPicture } from '../../options/inputs.ts';
import { integer } from '../../options/options.ts';
import { resultFiles } from '../../options/outputs.ts';

interface EdgesOptions extends DrawingOptions {
  output?: string;
  against?: string;
}

const share = (text: string): number => {
  const value = text.trim() ? Number(text) : NaN;
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('a number between 0 and 1 is expected.');
  return value;
};
const pixels = (text: string): number => {
  const value = text.trim() ? Number(text) : NaN;
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('a number of pixels up to 100 is expected.');
  return value;
};

export function addEdges(program: Command): void {
  program
    .command('edges')
    .description('the line drawing of a photograph (Canny 1986), to edit and to render with --condition sketch')
    .argument('<photo>', 'the photograph')
    .option('-o, --output <file>', 'the drawing, a PNG (default: beside the photo, NAME-edges.png)')
    .option(
      '--sigma <pixels>',
      'smoothing; more of it leaves the large shapes (default: 1/128 of the longer side, at least 1)',
      pixels,
    )
    .option('--high <share>', 'share of the pixels too even to begin a line: higher draws less (default: 0.88)', share)
    .option('--low <share>', 'how much weaker than that a line may become (default: 0.4)', share)
    .option('--shortest <pixels>', 'shorter lines are left out (default: 1/20 of the longer side)', integer(1, 10_000))
    .option('--against <drawing>', 'say how well the lines found follow this drawing; written only with -o')
    .addHelpText(
      'after',
      '\nExample:\n  semia edges photo.jpg -o sketch.png\n  semia edges result.png --against new-drawing.png\n',
    )
    .action(async (path: string, o: EdgesOptions) => {
      const { picture } = await readInputPicture(path, false);
      const beside = `${path.replace(/\.\w+$/, '')}-edges.png`;
      const [file] =
        o.output || !o.against
          ? await resultFiles(
              o.output ?? beside,
              [{ path: basename(beside) }],
              [path, ...(o.against ? [o.against] : [])],
            )
          : [];
      const wanted = o.against ? readDrawing((await readInputPicture(o.against, true)).picture) : null;
      const { width, height, labels } = drawingOf(flatten(picture), o);
      if (wanted && Math.abs(wanted.width / wanted.height / (width / height) - 1) > 0.02) {
        throw new UserError(
          `${o.against}: is ${wanted.width} x ${wanted.height}, and ${path} ${width} x ${height}: they must ` +
            'have one shape',
        );
      }
      if (file) {
        await writeFileAtomic(file, encodePalettePng({ width, height, labels }, drawingPalette));
        console.log(
          `${file}  ${width} x ${height}, ${percent(labels.reduce((n, l) => n + l, 0) / labels.length)} of it lines`,
        );
      }
      if (!wanted) return;
      const { precision, recall, f } = lineScore(
        labels,
        resizeLines(wanted.labels, wanted.width, wanted.height, width, height),
        width,
        height,
      );
      console.log(
        `${path}: F ${f.toFixed(3)}: ${percent(precision)} of its lines are where the drawing has one, ` +
          `${percent(recall)} of the drawing's lines are in it (within ` +
          `${(0.0075 * Math.hypot(width, height)).toFixed(1)} pixels)`,
      );
    });
}
