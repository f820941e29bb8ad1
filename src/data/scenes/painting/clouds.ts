import type { Canvas } from './canvas.ts';
import { type LinearColor, mix, scaleColor, type Vector } from './color.ts';
import { clampTo, lerp, NoiseField, type Random, randomStream, smoothstep } from './noise.ts';

/** Fair-weather heaps: how many are tried, the width of one high in the sky (reference pixels), and their light. */
export interface CumulusLook {
  count: number;
  size: number;
  sun: Vector;
  sunlit: LinearColor;
  shaded: LinearColor;
}

/** One heap: its middle column, the height of its flat base above the horizon, width and height in reference pixels. */
interface Heap {
  x: number;
  base: number;
  width: number;
  height: number;
}

/** Row of a box that holds the flat base. */
const FLOOR = 3;

function placeHeaps(look: CumulusLook, random: Random): Heap[] {
  const heaps: Heap[] = [];
  for (let n = 0; n < look.count; n++) {
    const base = lerp(4, 118, random() ** 1.25),
      x = lerp(-16, 272, random());
    // Nearer the horizon they are farther away, so smaller and flatter.
    const width = look.size * (0.3 + base / 120) * lerp(0.4, 1.3, random()),
      height = width * lerp(0.26, 0.44, random());
    const apart = heaps.every(
      (h) => Math.abs(h.x - x) > (h.width + width) * 0.52 || base > h.base + h.height + 5 || h.base > base + height + 5,
    );
    if (apart) heaps.push({ x, base, width, height });
  }
  return heaps;
}

/** A heap in a box of cells (`cell` reference pixels wide): how dense the cloud is in each. */
interface Box {
  density: Float32Array;
  nx: number;
  ny: number;
  nz: number;
  cell: number;
}

/** Balls of rising air on a flat base, their surface torn by noise. */
function gather(heap: Heap, noise: NoiseField, random: Random): Box {
  const cell = Math.max(0.75, heap.width / 120),
    half = heap.width / 2;
  const nx = Math.ceil((heap.width * 1.3) / cell),
    ny = Math.ceil((heap.height * 1.35) / cell),
    nz = Math.ceil((heap.width * 0.7) / cell);
  const body = new Float32Array(nx * ny * nz).fill(-9);
  for (let n = 0; n < 34; n++) {
    // A few towers carry the heap, many small bulges ruffle them, scraps trail off at both ends.
    const t = random() * 2 - 1,
      dome = (1 - Math.abs(t) ** 1.7) * lerp(0.35, 1, random());
    const r = (heap.height * lerp(0.1, 0.36, random() ** 1.6) * (0.5 + 0.5 * dome)) / cell;
    const cx = nx / 2 + (t * half * 0.9) / cell;
    const cy = FLOOR + Math.max(r * 0.2, (dome * heap.height * Math.sqrt(random()) * 0.9) / cell - r * 0.3);
    const cz = nz / 2 + ((random() - 0.5) * heap.width * 0.34) / cell;
    const reach = 2.1 * r;
    for (let k = Math.max(0, Math.ceil(cz - reach)); k <= Math.min(nz - 1, cz + reach); k++)
      for (let j = Math.max(0, Math.ceil(cy - reach)); j <= Math.min(ny - 1, cy + reach); j++)
        for (let i = Math.max(0, Math.ceil(cx - reach)); i <= Math.min(nx - 1, cx + reach); i++) {
          const at = (k * ny + j) * nx + i,
            inside = 1 - Math.sqrt((i - cx) ** 2 + (j - cy) ** 2 + (k - cz) ** 2) / r;
          if (inside > body[at]) body[at] = inside;
        }
  }
  const density = new Float32Array(body.length),
    f = 1 / (heap.height * 0.26 + 2.5);
  for (let at = 0; at < body.length; at++) {
    if (body[at] < -1.1) continue;
    const i = at % nx,
      j = Math.floor(at / nx) % ny,
      k = Math.floor(at / (nx * ny));
    let x = i * cell * f + heap.x,
      y = j * cell * f,
      z = k * cell * f + heap.base,
      torn = 0,
      weight = 0.5;
    const base = noise.solid(x * 2, 3, z * 2);
    for (let o = 0; o < 5; o++) {
      torn += weight * Math.abs(noise.solid(x, y, z));
      weight *= 0.64;
      // Turned in space from octave to octave, or the lattice shows as a grid in the sky.
      const a = 0.76 * x + 1.01 * y - 1.69 * z,
        b = 1.27 * y - 1.69 * x,
        c = 1.01 * x + 1.35 * y + 1.27 * z;
      x = a + 5.2;
      y = b + 1.7;
      z = c + 9.1;
    }
    const flat = smoothstep(-1.2, 1.6 + heap.height * 0.1, (j - FLOOR) * cell + 1.6 * base);
    density[at] = smoothstep(0, 0.75, body[at] * 0.6 + 0.74 - torn * 1.42) * flat;
  }
  return { density, nx, ny, nz, cell };
}

/** Paints cumulus heaps over a finished sky; the same seed puts them at the same places above any horizon. */
export function paintCumulus(
  canvas: Canvas,
  look: CumulusLook,
  horizon: number,
  haze: (x: number, up: number) => LinearColor,
  seed: number,
): void {
  const random = randomStream(seed),
    noise = new NoiseField(seed + 1);
  for (const heap of placeHeaps(look, random).sort((a, b) => a.base - b.base)) {
    const own = randomStream(seed + Math.round(heap.x * 977)),
      box = gather(heap, noise, own),
      { density, nx, ny, nz, cell } = box;
    const thick = cell * 0.5 * (26 / (heap.height + 8)),
      murk = thick * 2.1,
      at = (x: number, y: number, z: number): number => {
        const i = Math.round(x),
          j = Math.round(y),
          k = Math.round(z);
        return i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz ? 0 : density[(k * ny + j) * nx + i];
      };
    const alpha = new Float32Array(nx * ny),
      bright = new Float32Array(nx * ny);
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        let clear = 1,
          glow = 0;
        for (let k = nz - 1; k >= 0 && clear > 0.02; k--) {
          const d = density[(k * ny + j) * nx + i];
          if (d < 0.01) continue;
          let before = 0,
            above = 0;
          for (let s = 1; s <= 7; s++) {
            const far = (s * s * 0.18 + s * 0.56) / cell;
            before += at(i + look.sun[0] * far, j + look.sun[1] * far, k + look.sun[2] * far) * (0.44 * s + 0.5);
            above += at(i, j + far, k) * (0.44 * s + 0.5);
          }
          // Light that was scattered many times gets deeper than Beer's law lets it.
          const sun = 0.66 * Math.exp(-before * murk * 0.8) + 0.34 * Math.exp(-before * murk * 0.12);
          const here = clear * (1 - Math.exp(-d * thick)),
            sky = 0.35 + 0.65 * Math.exp(-above * murk * 0.12);
          glow += here * (0.78 * sun + 0.22 * sky);
          clear -= here;
        }
        alpha[j * nx + i] = 1 - clear;
        bright[j * nx + i] = clear < 0.999 ? glow / (1 - clear) : 0;
      }
    stamp(canvas, look, heap, box, horizon, haze, alpha, bright);
  }
}

function stamp(
  canvas: Canvas,
  look: CumulusLook,
  heap: Heap,
  box: Box,
  horizon: number,
  haze: (x: number, up: number) => LinearColor,
  alpha: Float32Array,
  bright: Float32Array,
): void {
  const { nx, ny, cell } = box,
    k = canvas.density,
    near = smoothstep(0, 75, heap.base + heap.height * 0.5);
  const blend = (map: Float32Array, u: number, v: number): number => {
    const i = Math.floor(u),
      j = Math.floor(v),
      a = u - i,
      b = v - j,
      p = j * nx + i;
    return (map[p] * (1 - a) + map[p + 1] * a) * (1 - b) + (map[p + nx] * (1 - a) + map[p + nx + 1] * a) * b;
  };
  for (let row = 0; row < canvas.rows; row++) {
    const up = horizon - (row + 0.5) / k,
      v = (up - heap.base) / cell + FLOOR;
    if (v < 0 || v >= ny - 1) continue;
    for (let column = 0; column < canvas.columns; column++) {
      const x = (column + 0.5) / k,
        u = (x - heap.x) / cell + nx / 2;
      if (u < 0 || u >= nx - 1) continue;
      const cover = blend(alpha, u, v);
      if (cover < 0.004) continue;
      const body = mix(look.shaded, look.sunlit, clampTo(blend(bright, u, v) * 1.06));
      const c = mix(scaleColor(haze(x, up), 1.05), body, lerp(0.5, 1, near)),
        at = row * canvas.columns + column;
      canvas.put(column, row, c[0], c[1], c[2], canvas.label[at], cover * lerp(0.75, 0.99, near));
    }
  }
}
