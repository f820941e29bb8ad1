/** Few colours for many: the means of a picture's k clusters, and another picture in them. */
import type { Picture } from './image.ts';

type Colour = [number, number, number];
const distance = (d: ArrayLike<number>, i: number, c: Colour): number =>
  (d[i] - c[0]) ** 2 + (d[i + 1] - c[1]) ** 2 + (d[i + 2] - c[2]) ** 2;

function nearest(d: ArrayLike<number>, i: number, colours: readonly Colour[]): number {
  let best = 0;
  for (let k = 1; k < colours.length; k++) if (distance(d, i, colours[k]) < distance(d, i, colours[best])) best = k;
  return best;
}

/**
 * The picture's main colours, at most k, each 0..255: k-means in RGB (Lloyd 1982), begun with the mean and then ever
 * the pixel farthest from all before (Gonzalez 1985), so that
 * there is nothing random in it. Fewer than k where the picture has fewer colours.
 */
export function mainColours({ data }: Picture, k: number, rounds = 20): Colour[] {
  const n = data.length / 4;
  const sum: Colour = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) sum[c] += data[i + c] / n;
  let colours: Colour[] = [sum];
  for (let round = 0; round <= rounds; round++) {
    // At first, and for a colour that no pixel was nearest to.
    while (colours.length < k) {
      let [far, at] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        const d = distance(data, i, colours[nearest(data, i, colours)]);
        if (d > far) [far, at] = [d, i];
      }
      if (!far) break;
      colours.push([data[at], data[at + 1], data[at + 2]]);
    }
    const sums = colours.map(() => [0, 0, 0, 0]);
    for (let i = 0; i < data.length; i += 4) {
      const s = sums[nearest(data, i, colours)];
      for (let c = 0; c < 3; c++) s[c] += data[i + c];
      s[3]++;
    }
    colours = sums.flatMap((s): Colour[] => (s[3] ? [[s[0] / s[3], s[1] / s[3], s[2] / s[3]]] : []));
  }
  return colours;
}

/** The picture with each pixel in the nearest of these colours. */
export function inColours(picture: Picture, colours: readonly Colour[]): Picture {
  const data = picture.data.slice();
  for (let i = 0; i < data.length; i += 4) data.set(colours[nearest(picture.data, i, colours)].map(Math.round), i);
  return { ...picture, data };
}
