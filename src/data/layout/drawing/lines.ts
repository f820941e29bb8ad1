/** Line maps, u8 [h,w] with 1 on a line: thinned, resized, rid of specks, and how far every pixel is from one. */

/** Offsets of the eight neighbors, clockwise from above. */
const around = [
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
] as const;

/**
 * Lines thinned to one pixel, connected as before (Zhang and Suen, CACM 27, 1984). Beyond the border there are no
 * lines.
 */
export function thin(lines: Uint8Array, w: number, h: number): Uint8Array {
  const out = new Uint8Array(lines);
  const n = new Uint8Array(8);
  const pass = (first: boolean): boolean => {
    const gone: number[] = [];
    for (let y = 0, p = 0; y < h; y++)
      for (let x = 0; x < w; x++, p++) {
        if (!out[p]) continue;
        let count = 0,
          rises = 0;
        for (let k = 0; k < 8; k++) {
          const [u, v] = [x + around[k][0], y + around[k][1]];
          n[k] = u >= 0 && v >= 0 && u < w && v < h ? out[v * w + u] : 0;
          count += n[k];
        }
        for (let k = 0; k < 8; k++) rises += Number(!n[k] && n[(k + 1) % 8]);
        if (count < 2 || count > 6 || rises !== 1) continue;
        if (
          first
            ? !(n[0] && n[2] && n[4]) && !(n[2] && n[4] && n[6])
            : !(n[0] && n[2] && n[6]) && !(n[0] && n[4] && n[6])
        )
          gone.push(p);
      }
    for (const p of gone) out[p] = 0;
    return gone.length > 0;
  };
  for (let busy = true; busy; ) {
    busy = pass(true);
    busy = pass(false) || busy;
  }
  return out;
}

/**
 * At another size: where any line runs under a pixel there is one, thinned. No line is lost by shrinking, as by
 * majority all would be.
 */
export function resizeLines(lines: Uint8Array, w: number, h: number, width: number, height: number): Uint8Array {
  if (w === width && h === height) return new Uint8Array(lines);
  const out = new Uint8Array(width * height);
  const span = (i: number, from: number, to: number): [number, number] => {
    const first = Math.min(from - 1, Math.floor((i * from) / to));
    return [first, Math.max(first + 1, Math.floor(((i + 1) * from) / to))];
  };
  for (let y = 0, p = 0; y < height; y++) {
    const [top, bottom] = span(y, h, height);
    for (let x = 0; x < width; x++, p++) {
      const [left, right] = span(x, w, width);
      for (let v = top; v < bottom && !out[p]; v++)
        for (let u = left; u < right; u++)
          if (lines[v * w + u]) {
            out[p] = 1;
            break;
          }
    }
  }
  return thin(out, width, height);
}

/** Without connected lines (by eight neighbors) of fewer than `least` pixels. */
export function withoutSpecks(lines: Uint8Array, w: number, h: number, least: number): Uint8Array {
  const out = new Uint8Array(lines);
  const seen = new Uint8Array(lines.length);
  for (let start = 0; start < lines.length; start++) {
    if (!lines[start] || seen[start]) continue;
    const line = [start];
    seen[start] = 1;
    for (let i = 0; i < line.length; i++) {
      const [x, y] = [line[i] % w, Math.floor(line[i] / w)];
      for (const [dx, dy] of around) {
        const [u, v] = [x + dx, y + dy];
        const q = v * w + u;
        if (u >= 0 && v >= 0 && u < w && v < h && lines[q] && !seen[q]) {
          seen[q] = 1;
          line.push(q);
        }
      }
    }
    if (line.length < least) for (const p of line) out[p] = 0;
  }
  return out;
}

/**
 * Euclidean distance of each pixel to the nearest line, in pixels, [h,w]; Infinity where there is none (Felzenszwalb
 * and Huttenlocher, Theory of Computing 8, 2012).
 */
export function distances(lines: Uint8Array, w: number, h: number): Float32Array {
  const squares = Float64Array.from(lines, (l) => (l ? 0 : Infinity));
  const longest = Math.max(w, h);
  const [f, at, from] = [new Float64Array(longest), new Int32Array(longest), new Float64Array(longest + 1)];
  /** Lower envelope of the parabolas f(q) + (x - q)^2 of one row or column. */
  const line = (base: number, stride: number, n: number): void => {
    let k = -1;
    for (let q = 0; q < n; q++) {
      f[q] = squares[base + q * stride];
      if (f[q] === Infinity) continue;
      let cut = -Infinity;
      for (; k >= 0; k--) {
        cut = (f[q] + q * q - f[at[k]] - at[k] * at[k]) / (2 * (q - at[k]));
        if (cut > from[k]) break;
        cut = -Infinity;
      }
      k++;
      at[k] = q;
      from[k] = cut;
    }
    if (k < 0) return;
    from[k + 1] = Infinity;
    for (let q = 0, i = 0; q < n; q++) {
      while (from[i + 1] < q) i++;
      squares[base + q * stride] = (q - at[i]) ** 2 + f[at[i]];
    }
  };
  for (let x = 0; x < w; x++) line(x, w, h);
  for (let y = 0; y < h; y++) line(y * w, 1, w);
  return Float32Array.from(squares, Math.sqrt);
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/**
 * Distance to the nearest line on one side, looked for within 45 degrees of straight on, so that a gap of a few pixels
 * hides no line; steps of 1 and sqrt 2. 0 on a line, Infinity where none is seen. [h,w] in pixels.
 */
export function distancesTowards(lines: Uint8Array, w: number, h: number, side: Direction): Float32Array {
  const out = new Float32Array(w * h).fill(Infinity);
  const upright = side === 'up' || side === 'down';
  const [rows, columns] = upright ? [h, w] : [w, h];
  const [along, across] = upright ? [w, 1] : [1, w];
  const back = side === 'up' || side === 'left' ? -1 : 1;
  for (let i = 0; i < rows; i++) {
    const row = back < 0 ? i : rows - 1 - i;
    for (let j = 0; j < columns; j++) {
      const p = row * along + j * across;
      if (lines[p]) {
        out[p] = 0;
        continue;
      }
      if (i === 0) continue;
      const q = p + back * along;
      out[p] = Math.min(
        out[q] + 1,
        j > 0 ? out[q - across] + Math.SQRT2 : Infinity,
        j + 1 < columns ? out[q + across] + Math.SQRT2 : Infinity,
      );
    }
  }
  return out;
}

/** Distances of each pixel to the nearest line anywhere, above, below, to the left and to the right. */
export const allDistances = (lines: Uint8Array, w: number, h: number): Record<'any' | Direction, Float32Array> => ({
  any: distances(lines, w, h),
  up: distancesTowards(lines, w, h, 'up'),
  down: distancesTowards(lines, w, h, 'down'),
  left: distancesTowards(lines, w, h, 'left'),
  right: distancesTowards(lines, w, h, 'right'),
});

/** How well found lines follow wanted ones: shares within `tolerance` pixels, and their harmonic mean. */
export interface LineScore {
  precision: number;
  recall: number;
  f: number;
}

/**
 * Boundary F-measure (Martin, Fowlkes, Malik, PAMI 26, 2004) with the nearest line in place of a one-to-one assignment,
 * as Csurka et al. (BMVC 2013) take it. precision: found pixels near a wanted line; recall: wanted pixels near a found
 * one; all 0..1, higher is better.
 */
export function lineScore(
  found: Uint8Array,
  wanted: Uint8Array,
  w: number,
  h: number,
  tolerance = 0.0075 * Math.hypot(w, h),
): LineScore {
  const share = (of: Uint8Array, to: Uint8Array): number => {
    const d = distances(to, w, h);
    let all = 0,
      near = 0;
    of.forEach((l, p) => {
      if (l) {
        all++;
        near += Number(d[p] <= tolerance);
      }
    });
    return all ? near / all : 0;
  };
  const [precision, recall] = [share(found, wanted), share(wanted, found)];
  return { precision, recall, f: precision + recall ? (2 * precision * recall) / (precision + recall) : 0 };
}
