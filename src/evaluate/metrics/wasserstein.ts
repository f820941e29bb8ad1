/**
 * Sliced Wasserstein distance between the patches of two pictures (Rabin, Peyre, Delon, Bernot 2011; for judging
 * images: Karras et al. 2018, section 5; as a loss for one image: GPDM, Elnekave and Weiss 2022). Unlike nearest
 * patches it notices when patches are there in the wrong amounts.
 */
import { conv2d } from '../../autograd/ops/conv2d/conv2d.ts';
import type { Session } from '../../autograd/session.ts';
import { type Picture, resize, toFloatCHW } from '../../data/image/image.ts';
import { HostRandom } from '../../engine/random.ts';

export interface SlicedOptions {
  patch: number;
  directions: number;
  /** Each half the size of the one before. */
  levels: number;
  /** Patches of a picture and level that are compared, at most; of more, an even choice. */
  most: number;
  seed: number;
}
export const defaultSliced: SlicedOptions = { patch: 7, directions: 32, levels: 3, most: 2 ** 16, seed: 0x51c3d };

/**
 * W1 between two sets of numbers, each with equal weights: the area between their distribution functions. Both sorted,
 * of any lengths.
 */
export function wasserstein1(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, sum, at] = [0, 0, 0, 0];
  // Quantile functions are steps: walk over the union of both sets of steps.
  while (i < a.length && j < b.length) {
    const [ea, eb] = [(i + 1) / a.length, (j + 1) / b.length];
    const end = Math.min(ea, eb);
    sum += (end - at) * Math.abs(a[i] - b[j]);
    at = end;
    if ((i + 1) * b.length <= (j + 1) * a.length) {
      if ((i + 1) * b.length === (j + 1) * a.length) j++;
      i++;
    } else j++;
  }
  return sum;
}

/** Unit vectors [directions, length], uniform on the sphere: normal numbers (Box and Muller), brought to length 1. */
export function sliceDirections(count: number, length: number, seed: number): Float32Array {
  const random = new HostRandom(seed);
  const out = new Float32Array(count * length);
  for (let d = 0; d < count; d++) {
    const v = Array.from(
      { length },
      () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
    );
    const norm = Math.hypot(...v);
    out.set(
      v.map((x) => x / norm),
      d * length,
    );
  }
  return out;
}

/**
 * By pyramid level, full size first: the mean over random directions of W1 between the projections of all patches of
 * both pictures, in 0..255 levels. 0 and up, 0 for the same set of patches wherever they lie, lower is better. Pictures
 * may differ in size.
 */
export async function slicedWasserstein(
  session: Session,
  a: Picture,
  b: Picture,
  options: Partial<SlicedOptions> = {},
): Promise<number[]> {
  const { patch, directions, levels, most, seed } = { ...defaultSliced, ...options };
  const weights = sliceDirections(directions, 3 * patch * patch, seed);
  const out: number[] = [];
  for (let level = 0; level < levels; level++) {
    const [x, y] = [a, b].map((p) => resize(p, Math.round(p.width / 2 ** level), Math.round(p.height / 2 ** level)));
    if (Math.min(x.width, x.height, y.width, y.height) < patch) break;
    out.push(await alongDirections(session, x, y, patch, weights, most));
  }
  if (!out.length) throw new Error(`slicedWasserstein: a picture is smaller than a patch of ${patch}`);
  return out;
}

/**
 * One level: the mean of W1 along given directions [count, 3, patch, patch], in 0..255 levels. `most`: patches of each
 * picture, at most.
 */
export async function alongDirections(
  session: Session,
  a: Picture,
  b: Picture,
  patch: number,
  directions: Float32Array,
  most = Infinity,
): Promise<number> {
  const count = directions.length / (3 * patch * patch);
  const [pa, pb] = [
    await projected(session, a, patch, directions, most),
    await projected(session, b, patch, directions, most),
  ];
  let sum = 0;
  for (let d = 0; d < count; d++) sum += wasserstein1(sorted(pa, d, count), sorted(pb, d, count));
  return (sum / count) * 127.5;
}

/** The patches' projections on each direction, [count, patches]: of all by convolution, or of an even choice. */
async function projected(
  session: Session,
  picture: Picture,
  patch: number,
  directions: Float32Array,
  most: number,
): Promise<Float32Array | Uint32Array> {
  const { width: w, height: h } = picture,
    image = toFloatCHW(picture),
    across = w - patch + 1,
    patches = across * (h - patch + 1),
    length = 3 * patch * patch,
    count = directions.length / length;
  if (patches > most) return chosen(image, w, h, patch, directions, most);
  const [made] = await session.memory.scope(() => {
    const weights = session.lasting([count, 3, patch, patch], 'evaluate.directions', directions);
    const input = session.lasting([1, 3, h, w], 'evaluate.picture', image);
    return session.compute(() => [conv2d(input, weights)]);
  });
  return made;
}

/** Steps of this share of the patches fall on all rows and columns alike, whatever the picture's width. */
const golden = (Math.sqrt(5) - 1) / 2;

function chosen(
  image: Float32Array,
  w: number,
  h: number,
  patch: number,
  directions: Float32Array,
  n: number,
): Float32Array {
  const across = w - patch + 1,
    patches = across * (h - patch + 1),
    area = patch * patch,
    length = 3 * area,
    count = directions.length / length;
  const out = new Float32Array(count * n),
    values = new Float32Array(length);
  for (let i = 0; i < n; i++) {
    const at = Math.floor(((i * golden) % 1) * patches),
      first = Math.floor(at / across) * w + (at % across);
    for (let c = 0, k = 0; c < 3; c++)
      for (let y = 0; y < patch; y++)
        for (let x = 0, p = c * w * h + first + y * w; x < patch; x++) values[k++] = image[p + x];
    for (let d = 0; d < count; d++) {
      // A sum for each channel: three additions under way at once.
      let [r, g, b] = [0, 0, 0];
      for (let k = 0, p = d * length; k < area; k++, p++) {
        r += directions[p] * values[k];
        g += directions[p + area] * values[k + area];
        b += directions[p + 2 * area] * values[k + 2 * area];
      }
      out[d * n + i] = r + g + b;
    }
  }
  return out;
}

/** Projections on one direction, sorted. */
const sorted = (all: Float32Array | Uint32Array, d: number, directions: number): Float32Array | Uint32Array => {
  const n = all.length / directions;
  return all.subarray(d * n, (d + 1) * n).sort();
};
