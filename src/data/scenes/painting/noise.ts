// Randomness of the painter: one number stream for placing things, one noise field for their textures. Both depend on
// nothing but their seed, so a seed paints the same bytes again. (Engines other than V8 may round sines and powers
// differently in the last bit; such a picture can differ by a gray level here and there.)

/** The next number of a stream, uniform in [0, 1). */
export type Random = () => number;

/** A stream of uniform numbers in [0, 1) (mulberry32) for a 32-bit seed. */
export function randomStream(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A uniform number in [0, 1) that belongs to the integer pair (i, j). */
export function hash(i: number, j: number, seed = 0): number {
  let h = Math.imul(i | 0, 0x27d4eb2d) ^ Math.imul((j | 0) + 0x165667b1, 0x85ebca6b) ^ Math.imul(seed | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** 0 below `from`, 1 above `to`, a smooth cubic between; `from` may be the larger one. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Linear interpolation from a (t = 0) to b (t = 1). */
export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;

/** A quadratic through three values: at the left end (x = 0), the middle and the right end (x = 256) of a picture. */
export function through([left, middle, right]: readonly [number, number, number], x: number): number {
  const t = x / 256;
  return left * (1 - t) * (1 - 2 * t) + middle * 4 * t * (1 - t) + right * t * (2 * t - 1);
}

/** x limited to [low, high]. */
export const clampTo = (x: number, low = 0, high = 1): number => Math.min(high, Math.max(low, x));

const GRADIENTS = Array.from({ length: 32 }, (_, k) => [
  Math.cos((k * Math.PI) / 16),
  Math.sin((k * Math.PI) / 16),
]).flat();

/** Gradient noise over the plane, its lattice one unit wide, repeating after 256 units. */
export class NoiseField {
  private readonly table = new Uint8Array(512);

  constructor(seed: number) {
    const random = randomStream(seed ^ 0x5bd1e995);
    for (let i = 0; i < 256; i++) this.table[i] = i;
    for (let i = 255; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const kept = this.table[i];
      this.table[i] = this.table[j];
      this.table[j] = kept;
    }
    this.table.copyWithin(256, 0, 256);
  }

  /** One octave, in about [-1, 1]. */
  at(x: number, y: number): number {
    const xi = Math.floor(x),
      yi = Math.floor(y),
      fx = x - xi,
      fy = y - yi;
    const t = this.table,
      X = xi & 255,
      Y = yi & 255,
      X1 = (X + 1) & 255;
    const top = t[X] + Y,
      next = t[X1] + Y;
    const a = (t[top] & 31) * 2,
      b = (t[next] & 31) * 2,
      c = (t[top + 1] & 31) * 2,
      d = (t[next + 1] & 31) * 2;
    const u = fx * fx * fx * (fx * (fx * 6 - 15) + 10),
      v = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
    const na = GRADIENTS[a] * fx + GRADIENTS[a + 1] * fy;
    const nb = GRADIENTS[b] * (fx - 1) + GRADIENTS[b + 1] * fy;
    const nc = GRADIENTS[c] * fx + GRADIENTS[c + 1] * (fy - 1);
    const nd = GRADIENTS[d] * (fx - 1) + GRADIENTS[d + 1] * (fy - 1);
    const n0 = na + (nb - na) * u,
      n1 = nc + (nd - nc) * u;
    return (n0 + (n1 - n0) * v) * 1.5;
  }

  /** One octave of value noise in space, in [-1, 1]. */
  solid(x: number, y: number, z: number): number {
    const xi = Math.floor(x),
      yi = Math.floor(y),
      zi = Math.floor(z),
      t = this.table;
    let u = x - xi,
      v = y - yi,
      w = z - zi;
    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    w = w * w * (3 - 2 * w);
    const layer = (k: number): number => {
      const a = t[xi & 255] + k,
        b = t[(xi + 1) & 255] + k;
      const a0 = t[(t[a & 255] + yi) & 255],
        a1 = t[(t[a & 255] + yi + 1) & 255],
        b0 = t[(t[b & 255] + yi) & 255],
        b1 = t[(t[b & 255] + yi + 1) & 255];
      const top = a0 + (b0 - a0) * u;
      return top + (a1 + (b1 - a1) * u - top) * v;
    };
    const near = layer(zi & 255);
    return (near + (layer((zi + 1) & 255) - near) * w) / 127.5 - 1;
  }

  /** Fractal sum of `octaves`, each half as wide and `gain` as strong as the one before; about [-1, 1]. */
  fbm(x: number, y: number, octaves: number, gain = 0.5): number {
    let sum = 0,
      weight = 1,
      total = 0;
    for (let o = 0; o < octaves; o++) {
      sum += weight * this.at(x, y);
      total += weight;
      weight *= gain;
      // Turned by 37 degrees from octave to octave, or the lattices line up and show.
      const turned = 1.62 * x + 1.22 * y + 17.3;
      y = 1.62 * y - 1.22 * x + 5.1;
      x = turned;
    }
    return sum / total;
  }

  /** Ridged fractal (Musgrave): sharp crests, smooth valleys; details gather on the crests. In about [0, 1]. */
  ridged(x: number, y: number, octaves: number, gain = 0.5): number {
    let sum = 0,
      weight = 1,
      total = 0,
      above = 1;
    for (let o = 0; o < octaves; o++) {
      const crest = 1 - Math.min(1, Math.abs(this.at(x, y)) * 1.15);
      const value = crest * crest * above;
      sum += weight * value;
      total += weight;
      above = Math.min(1, value * 2);
      weight *= gain;
      const turned = 1.62 * x + 1.22 * y + 11.7;
      y = 1.62 * y - 1.22 * x + 3.9;
      x = turned;
    }
    return sum / total;
  }

  /** Fractal noise whose plane is first bent by two others: the folds of clouds, rock and marble. About [-1, 1]. */
  warped(x: number, y: number, octaves: number, strength: number, gain = 0.5): number {
    const wx = this.fbm(x + 31.4, y + 7.7, 3),
      wy = this.fbm(x - 12.9, y + 53.1, 3);
    return this.fbm(x + strength * wx, y + strength * wy, octaves, gain);
  }
}
