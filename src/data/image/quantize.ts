/** Few colors for many: the means of a picture's k clusters, and another picture in them. */
import type { Picture } from './picture.ts';

type Color = [number, number, number];
const distance = (d: ArrayLike<number>, i: number, c: Color): number =>
  (d[i] - c[0]) ** 2 + (d[i + 1] - c[1]) ** 2 + (d[i + 2] - c[2]) ** 2;

function nearest(d: ArrayLike<number>, i: number, colors: readonly Color[]): number {
  let best = 0;
  for (let k = 1; k < colors.length; k++) if (distance(d, i, colors[k]) < distance(d, i, colors[best])) best = k;
  return best;
}

/**
 * The picture's main colors, at most k, each 0..255: k-means in RGB (Lloyd 1982), begun with the mean and then ever the
 * pixel farthest from all before (Gonzalez 1985), so that there is nothing random in it. Fewer than k where the picture
 * has fewer colors.
 */
export function mainColors({ data }: Picture, k: number, rounds = 20): Color[] {
  const n = data.length / 4;
  const sum: Color = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) sum[c] += data[i + c] / n;
  let colors: Color[] = [sum];
  for (let round = 0; round <= rounds; round++) {
    // At first, and for a color that no pixel was nearest to.
    while (colors.length < k) {
      let [far, at] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        const d = distance(data, i, colors[nearest(data, i, colors)]);
        if (d > far) [far, at] = [d, i];
      }
      if (!far) break;
      colors.push([data[at], data[at + 1], data[at + 2]]);
    }
    const sums = colors.map(() => [0, 0, 0, 0]);
    for (let i = 0; i < data.length; i += 4) {
      const s = sums[nearest(data, i, colors)];
      for (let c = 0; c < 3; c++) s[c] += data[i + c];
      s[3]++;
    }
    colors = sums.flatMap((s): Color[] => (s[3] ? [[s[0] / s[3], s[1] / s[3], s[2] / s[3]]] : []));
  }
  return colors;
}

/** The picture with each pixel in the nearest of these colors. */
export function inColors(picture: Picture, colors: readonly Color[]): Picture {
  const data = picture.data.slice();
  for (let i = 0; i < data.length; i += 4) data.set(colors[nearest(picture.data, i, colors)].map(Math.round), i);
  return { ...picture, data };
}
