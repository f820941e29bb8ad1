/** Single Image Frechet Inception Distance (Shaham, Dekel, Michaeli 2019, section 3.1). */
import type { Session } from '../../autograd/session.ts';
import { type Picture, toFloatCHW } from '../../data/image/image.ts';
import { frechetDistance, type Gaussian, gaussianOf } from './frechet.ts';
import type { Inception } from './inception.ts';

/** The distance on two layers of Inception; 0 and up, lower is better. */
export interface Sifid {
  /** On the 64 features after the first max pooling (as pytorch-fid has them). */
  d64: number;
  /**
   * On the 192 features just before the second max pooling (the SinGAN paper's choice). Numbers of the two do not
   * compare.
   */
  d192: number;
}

/**
 * Frechet distance between the Gaussians fitted to the Inception feature vectors of all positions of one picture and of
 * the other. 0 and up, 0 for equal pictures, lower is better. Pictures may differ in size and are not resized; small
 * ones (under about 120 pixels a side) have fewer positions than features, which biases d192 upwards.
 */
export async function sifid(session: Session, inception: Inception, a: Picture, b: Picture): Promise<Sifid> {
  const [x, y] = [await statistics(session, inception, a), await statistics(session, inception, b)];
  return { d64: frechetDistance(x[0], y[0]), d192: frechetDistance(x[1], y[1]) };
}

async function statistics(session: Session, inception: Inception, p: Picture): Promise<[Gaussian, Gaussian]> {
  if (Math.min(p.width, p.height) < 32)
    throw new Error(`sifid: ${p.width} x ${p.height} is too small, at least 32 pixels a side are needed`);
  return session.memory.scope(async () => {
    const image = session.lasting([1, 3, p.height, p.width], 'evaluate.picture', toFloatCHW(p));
    let channels = [0, 0];
    const [first, second] = await session.compute(() => {
      const f = inception.features(image);
      channels = [f.first.shape[1], f.second.shape[1]];
      return [f.first, f.second];
    });
    return [gaussianOf(first, channels[0]), gaussianOf(second, channels[1])];
  });
}
