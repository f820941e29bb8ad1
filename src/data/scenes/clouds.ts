import type { Canvas } from './canvas.ts';
import { mix, scale, type Colour, type Vector } from './colour.ts';
import { clamp, lerp, Noise, randomStream, smoothstep, type Random } from './noise.ts';

/** Fair-weather heaps: how many are tried, the width of one high in the sky (reference pixels), and their light. */
export interface CumulusLook { count: number; size: number; sun: Vector; sunlit: Colour; shaded: Colour }

/** One heap: its middle column, the height of its flat base above the horizon, width and height in reference pixels. */
interface Heap { x: number; base: number; width: number; height: number }

const CELL = 0.8;

function placeHeaps(look: CumulusLook, random: Random): Heap[] {
  const heaps: Heap[] = [];
  for (let n = 0; n < look.count; n++) {
    const base = lerp(6, 128, random() ** 1.5), x = lerp(-16, 272, random());
    // Nearer the horizon they are farther away, so smaller and flatter.
    const width = look.size * (0.22 + base / 95) * lerp(0.45, 1.35, random()), height = width * lerp(0.22, 0.42, random());
    const apart = heaps.every((h) => Math.abs(h.x - x) > (h.width + width) * 0.52 || base > h.base + h.height + 5 || h.base > base + height + 5);
    if (apart) heaps.push({ x, base, width, height });
  }
  return heaps;
}

/** Density of a heap in a box of cells: balls of rising air on a flat base, their surface torn by noise. */
function gather(heap: Heap, noise: Noise, random: Random): { density: Float32Array; nx: number; ny: number; nz: number } {
  const half = heap.width / 2, nx = Math.ceil((heap.width * 1.3) / CELL), ny = Math.ceil((heap.height * 1.35) / CELL), nz = Math.ceil((heap.width * 0.7) / CELL);
  const balls: number[] = [];
  for (let n = 0; n < 34; n++) {
    // A few towers carry the heap, many small bulges ruffle them, scraps trail off at both ends.
    const t = random() * 2 - 1, dome = (1 - Math.abs(t) ** 1.7) * lerp(0.35, 1, random()), r = heap.height * lerp(0.1, 0.36, random() ** 1.6) * (0.5 + 0.5 * dome);
    balls.push(t * half * 0.9, Math.max(r * 0.2, dome * heap.height * Math.sqrt(random()) * 0.9 - r * 0.3), (random() - 0.5) * heap.width * 0.34, r);
  }
  const density = new Float32Array(nx * ny * nz), f = 1 / (heap.height * 0.26 + 2.5);
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const x = (i - nx / 2) * CELL, y = (j - 3) * CELL, z = (k - nz / 2) * CELL;
        let body = -1;
        for (let b = 0; b < balls.length; b += 4) {
          const dx = x - balls[b], dy = y - balls[b + 1], dz = z - balls[b + 2], r = balls[b + 3];
          body = Math.max(body, 1 - Math.sqrt(dx * dx + dy * dy + dz * dz) / r);
        }
        if (body < -1.1) continue;
        let torn = 0, weight = 0.5, g = f;
        for (let o = 0; o < 5; o++, weight *= 0.62, g *= 2.07) torn += weight * Math.abs(noise.solid(x * g + heap.x, y * g + 7 * o, z * g + heap.base));
        const flat = smoothstep(-1.2, 1.6 + heap.height * 0.1, y + 1.6 * noise.solid(x * f * 2, 3, z * f * 2));
        density[(k * ny + j) * nx + i] = smoothstep(0, 0.62, body * 0.62 + 0.66 - torn * 1.35) * flat;
      }
  return { density, nx, ny, nz };
}

/** Paints cumulus heaps over a finished sky; the same seed puts them at the same places above any horizon. */
export function paintCumulus(canvas: Canvas, look: CumulusLook, horizon: number, haze: (x: number, up: number) => Colour, seed: number): void {
  const random = randomStream(seed), noise = new Noise(seed + 1);
  for (const heap of placeHeaps(look, random).sort((a, b) => a.base - b.base)) {
    const own = randomStream(seed + Math.round(heap.x * 977)), { density, nx, ny, nz } = gather(heap, noise, own);
    const thick = CELL * 1.0 * (26 / (heap.height + 8)), at = (x: number, y: number, z: number): number => {
      const i = Math.round(x), j = Math.round(y), k = Math.round(z);
      return i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz ? 0 : density[(k * ny + j) * nx + i];
    };
    const alpha = new Float32Array(nx * ny), bright = new Float32Array(nx * ny);
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        let clear = 1, glow = 0;
        for (let k = nz - 1; k >= 0 && clear > 0.02; k--) {
          const d = density[(k * ny + j) * nx + i];
          if (d < 0.01) continue;
          let before = 0, above = 0;
          for (let s = 1; s <= 7; s++) {
            const far = s * s * 0.22 + s * 0.7;
            before += at(i + look.sun[0] * far, j + look.sun[1] * far, k + look.sun[2] * far) * (0.44 * s + 0.5);
            above += at(i, j + far, k) * (0.44 * s + 0.5);
          }
          // Light that was scattered many times gets deeper than Beer's law lets it.
          const sun = 0.6 * Math.exp(-before * thick * 0.62) + 0.4 * Math.exp(-before * thick * 0.1);
          const here = clear * (1 - Math.exp(-d * thick)), sky = 0.35 + 0.65 * Math.exp(-above * thick * 0.1);
          glow += here * (0.78 * sun + 0.22 * sky);
          clear -= here;
        }
        alpha[j * nx + i] = 1 - clear;
        bright[j * nx + i] = clear < 0.999 ? glow / (1 - clear) : 0;
      }
    stamp(canvas, look, heap, horizon, haze, alpha, bright, nx, ny);
  }
}

function stamp(
  canvas: Canvas, look: CumulusLook, heap: Heap, horizon: number, haze: (x: number, up: number) => Colour,
  alpha: Float32Array, bright: Float32Array, nx: number, ny: number,
): void {
  const k = canvas.density, near = smoothstep(0, 75, heap.base + heap.height * 0.5);
  const blend = (map: Float32Array, u: number, v: number): number => {
    const i = Math.floor(u), j = Math.floor(v), a = u - i, b = v - j, p = j * nx + i;
    return (map[p] * (1 - a) + map[p + 1] * a) * (1 - b) + (map[p + nx] * (1 - a) + map[p + nx + 1] * a) * b;
  };
  for (let row = 0; row < canvas.rows; row++) {
    const up = horizon - (row + 0.5) / k, v = (up - heap.base) / CELL + 3;
    if (v < 0 || v >= ny - 1) continue;
    for (let column = 0; column < canvas.columns; column++) {
      const x = (column + 0.5) / k, u = (x - heap.x) / CELL + nx / 2;
      if (u < 0 || u >= nx - 1) continue;
      const cover = blend(alpha, u, v);
      if (cover < 0.004) continue;
      const body = mix(look.shaded, look.sunlit, clamp(blend(bright, u, v) * 1.12));
      const c = mix(scale(haze(x, up), 1.05), body, lerp(0.5, 1, near)), at = row * canvas.columns + column;
      canvas.put(column, row, c[0], c[1], c[2], canvas.label[at], cover * lerp(0.75, 0.99, near));
    }
  }
}
