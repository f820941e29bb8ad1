/**
 * How well one label map agrees with another: what semantic segmentation is measured by (Long, Shelhamer, Darrell 2015,
 * section 5; PASCAL VOC's intersection over union).
 */

export interface LayoutScore {
  /** Mean over classes of intersection / union, 0..1, higher is better. The paper's "mean IoU". */
  meanIoU: number;
  /** Share of the pixels whose classes agree, 0..1, higher is better. The paper's "accuracy". */
  accuracy: number;
  /** Intersection / union by class; null for a class that neither map has, which the mean leaves out. */
  perClass: (number | null)[];
}

/**
 * Counts [K, K]: row = class in `expected`, column = class in `found`. Throws where the maps differ in length or a
 * label is not below K.
 */
export function confusion(expected: ArrayLike<number>, found: ArrayLike<number>, classes: number): Float64Array {
  if (expected.length !== found.length) throw new Error(`confusion: ${expected.length} labels against ${found.length}`);
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < expected.length; i++) {
    const [e, f] = [expected[i], found[i]];
    if (e >= classes || f >= classes) throw new Error(`confusion: label ${Math.max(e, f)} at ${i}, ${classes} classes`);
    counts[e * classes + f]++;
  }
  return counts;
}

/**
 * Compares label maps of `classes` classes. Convention: the mean is over the classes that occur in either map, so a
 * class drawn nowhere costs nothing, and one hallucinated outside the expected map scores 0 (scikit-learn's
 * jaccard_score, macro average over the labels present).
 */
export function layoutScore(expected: ArrayLike<number>, found: ArrayLike<number>, classes: number): LayoutScore {
  const counts = confusion(expected, found, classes);
  const perClass: (number | null)[] = [];
  let right = 0;
  for (let k = 0; k < classes; k++) {
    let union = -counts[k * classes + k];
    for (let j = 0; j < classes; j++) union += counts[k * classes + j] + counts[j * classes + k];
    perClass.push(union > 0 ? counts[k * classes + k] / union : null);
    right += counts[k * classes + k];
  }
  const present = perClass.filter((v): v is number => v !== null);
  return { meanIoU: present.reduce((a, b) => a + b, 0) / present.length, accuracy: right / expected.length, perClass };
}
