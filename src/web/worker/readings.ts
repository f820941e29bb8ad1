/** Reads any picture of a target: its layout with the layout classifier, or the lines in it. No run is needed. */
import { flatten, resize } from '../../data/image/image.ts';
import { drawingOf } from '../../data/layout/drawing/drawing.ts';
import { lineScore, resizeLines, thin } from '../../data/layout/drawing/lines.ts';
import type { Source } from '../../data/prepare.ts';
import { layoutClassifierOf } from '../../evaluate/evaluate.ts';
import type { LayoutClassifier } from '../../evaluate/layoutClassifier/layoutClassifier.ts';
import { layoutScore } from '../../evaluate/metrics/labels.ts';
import type { LayoutReading, LineReading, Pixels, SourceInput, TargetInput } from '../engineProtocol.ts';
import { pictureOf, sourceAt, targetAt } from './source.ts';

/** Longer side at which the layout classifier is trained on the source, in pixels. */
const classifierSide = 256;

/** Reads layouts with a classifier trained on one source. */
export class LayoutReader {
  private readonly source: Source;
  private readonly classifier: () => LayoutClassifier;

  constructor(private readonly input: SourceInput) {
    this.source = sourceAt(input, classifierSide);
    this.classifier = layoutClassifierOf(this.source);
  }

  /**
   * The layout that the classifier sees in `picture`, at the target's size, and how well it agrees with the target's.
   * The first call trains the classifier, which takes a second or two. Throws UserError for an unusable target.
   */
  read(target: TargetInput, picture: Pixels): LayoutReading {
    const layout = targetAt(target, this.source, this.input.photo);
    const { width, height } = layout;
    const classifier = this.classifier();
    const data = Uint8Array.from(classifier.predict(resize(pictureOf(picture, target.name), width, height)));
    const { accuracy, meanIoU } = layoutScore(layout.labels, data, this.input.classes.length);
    return { width, height, data, accuracy, meanIoU, ceiling: classifier.ceiling.meanIoU };
  }
}

/** The lines in `picture`, at its own size, and how well they agree with the target drawing's. */
export function readLines(target: TargetInput, picture: Pixels): LineReading {
  const { width, height } = picture;
  const wanted = resizeLines(
    thin(target.data, target.width, target.height),
    target.width,
    target.height,
    width,
    height,
  );
  const data = drawingOf(flatten(pictureOf(picture, target.name))).labels;
  return { width, height, data, ...lineScore(data, wanted, width, height) };
}
