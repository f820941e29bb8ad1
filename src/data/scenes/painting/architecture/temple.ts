import type { Canvas } from '../canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, scaleColor } from '../color.ts';
import { clampTo, hash, lerp, NoiseField, smoothstep } from '../noise.ts';
import { floorOf, paintColumns, STEP, STEPS, stoneColor, type Temple } from './columns.ts';

/** Classes that a temple paints. */
export interface TempleLabels {
  gable: number;
  column: number;
  wall: number;
  steps: number;
}

const TREAD = 3.4,
  ARCHITRAVE = 6,
  FRIEZE = 6.5,
  CORNICE = 3,
  /** From the columns' axes back to the wall of the cella. */
  PORCH = 15;

/** Half the width of the row of columns, from the middle to the outer face of the outer ones. */
const halfFront = (t: Temple): number => ((t.columns - 1) * t.spacing) / 2 + t.radius * 1.3;

/** The wall behind the columns with its door: ashlar in the shade of the roof and of the columns. */
function paintWall(canvas: Canvas, label: number, t: Temple, light: Light, noise: NoiseField, seed: number): void {
  const base = floorOf(t),
    half = halfFront(t) - t.radius * 0.9,
    [sx, sy, sz] = light.sun,
    aside = (-sx / sz) * PORCH,
    down = (sy / sz) * PORCH;
  const door = { wide: Math.min(0.36 * t.spacing, 9), high: 0.62 * t.height };
  canvas.fill(base - t.height, base, label, (x, y) => {
    const off = x - t.x,
      up = base - y;
    if (Math.abs(off) > half) return null;
    const ceiling = t.height - up;
    if (ceiling < 3.4)
      return lit(
        scaleColor(colorFromHex(0x6f665a), 0.5 + 0.3 * noise.fbm(x * 0.4, y, 2)),
        light,
        0,
        0.2 + 0.05 * ceiling,
      );
    // Towards the sun from the wall: under the entablature, between two columns?
    const from = off - aside,
      nearest = Math.round(from / t.spacing + (t.columns - 1) / 2),
      column = clampTo(nearest, 0, t.columns - 1),
      gap = Math.abs(from - (column - (t.columns - 1) / 2) * t.spacing) - t.radius * 0.95;
    const sun = smoothstep(-0.5, 0.9, gap) * smoothstep(t.height - down + 0.8, t.height - down - 0.8, up);
    const open = lerp(0.62, 0.24, clampTo(up / t.height)) * lerp(1, 0.75, clampTo(1 - gap / 6));
    const frame = Math.max(Math.abs(off) - door.wide, up - door.high);
    if (frame < 0) {
      const leaf = Math.abs(Math.abs(off) - 0.25) < 0.2 || Math.abs((up % 9) - 4.5) > 4.1 ? 0.5 : 1;
      return lit(
        scaleColor(colorFromHex(0x3d3226), leaf * (1 + 0.4 * noise.fbm(x, y * 0.3, 3))),
        light,
        0.5 * sun,
        open,
      );
    }
    const course = Math.floor(up / 5.2),
      block = Math.floor(off / 11 + 0.5 * (course & 1));
    const joint = frame > 2 && (up / 5.2 - course < 0.06 || off / 11 + 0.5 * (course & 1) - block < 0.03) ? 0.66 : 1;
    const raised = frame < 2 ? lerp(0.8, 1.15, frame / 2) : lerp(0.82, 1, hash(block, course, seed));
    return lit(
      scaleColor(stoneColor(noise, x - t.x, y - t.foot + 300, 0.4), joint * raised),
      light,
      0.85 * sun * sz,
      open,
    );
  });
}

/** Architrave, frieze of triglyphs and metopes, cornice with its shadow, and the pediment over them. */
function paintGable(canvas: Canvas, label: number, t: Temple, light: Light, noise: NoiseField, seed: number): void {
  const bottom = floorOf(t) - t.height,
    half = halfFront(t),
    eaves = half + 3.4,
    rise = eaves * 0.25,
    sun = light.sun[2],
    beams = ARCHITRAVE + FRIEZE;
  const shaded = (x: number, y: number, direct: number, open: number, k = 1): LinearColor =>
    lit(
      scaleColor(
        stoneColor(noise, x - t.x, y - bottom + 90, hash(Math.floor((x - t.x) / 17 + 99), 3, seed) * 0.5 + 0.25),
        k,
      ),
      light,
      direct,
      open,
    );
  canvas.fill(bottom - beams - CORNICE - rise - 3, bottom, label, (x, y) => {
    const off = x - t.x,
      up = bottom - y,
      chipped = 0.35 * noise.fbm(x * 0.3, y * 0.3, 3);
    if (up < beams) {
      if (Math.abs(off) > half + chipped * 0.5) return null;
      if (up < ARCHITRAVE) {
        const fascia = up % 2.1 < 0.28 ? 0.7 : 1,
          joint = Math.abs((off / t.spacing + (t.columns % 2) / 2) % 1) < 0.012 ? 0.6 : 1;
        return shaded(x, y, sun, 0.85, fascia * joint * (up > ARCHITRAVE - 0.7 ? 1.15 : 1));
      }
      const unit = t.spacing / 2,
        place = off / unit + (t.columns % 2 ? 0 : 0.5),
        across = Math.abs(place - Math.round(place)) * unit,
        v = up - ARCHITRAVE;
      // The cornice's shadow falls over the head of the frieze.
      const shadow = smoothstep(FRIEZE - 1.6, FRIEZE - 2.6, v);
      if (across < 2.1) {
        const cut = Math.abs(((across + 0.35) % 1.4) - 0.7) > 0.42 && v < FRIEZE - 0.8 ? 0.62 : 1;
        return shaded(x, y, sun * shadow, 0.8, cut * 1.04);
      }
      const relief = noise.fbm(off * 0.55 + 11, v * 0.5, 3);
      return shaded(x, y, clampTo(sun + 0.9 * relief) * shadow * 0.9, 0.62 + 0.25 * relief, 0.92);
    }
    const v = up - beams;
    if (v < CORNICE) {
      if (Math.abs(off) > eaves + chipped) return null;
      const dentil = v < 1 && Math.abs(off % 1.7) < 0.6 ? 0.45 : 1;
      return v < 1 ? shaded(x, y, 0.12, 0.5, dentil) : shaded(x, y, sun * 1.05, 1, v > CORNICE - 0.5 ? 1.1 : 1);
    }
    // Raking cornices: bands of equal height along both slopes; the field between lies deeper.
    const slope = (eaves - Math.abs(off)) * (rise / eaves) + 2.6 - (v - CORNICE);
    if (slope < chipped * 0.4 || Math.abs(off) > eaves + chipped) return null;
    const left = off < 0 ? 1.1 : 0.9;
    if (slope < 2.6) return shaded(x, y, sun * left * (slope > 1.9 ? 0.35 : 1), 0.95, slope < 0.6 ? 1.12 : 1);
    const cast = smoothstep(3.4, 4.6, slope);
    return shaded(x, y, sun * cast * 0.9, 0.55 + 0.3 * cast, 0.9 + 0.2 * noise.fbm(x * 0.35, v * 0.35, 3));
  });
}

/** The steps: treads that catch the sun, risers of worn blocks. The lowest is the widest. */
function paintSteps(canvas: Canvas, label: number, t: Temple, light: Light, noise: NoiseField, seed: number): void {
  canvas.fill(floorOf(t), t.foot + 0.8, label, (x, y) => {
    const up = t.foot - y,
      step = Math.max(0, Math.min(STEPS - 1, Math.floor(up / STEP))),
      half = halfFront(t) + 2 + (STEPS - 1 - step) * TREAD * 0.6,
      v = up / STEP - step,
      off = x - t.x;
    if (Math.abs(off) > half + 0.5 * noise.fbm(x * 0.2, step, 2) || up < -0.8 * noise.fbm(x * 0.15, 8, 3)) return null;
    const worn = 0.08 * noise.fbm(x * 0.15, step * 9, 3),
      tread = v > 0.74 + worn,
      block = Math.floor(off / 9.5 + 0.37 * step),
      joint = !tread && off / 9.5 + 0.37 * step - block < 0.035 ? 0.6 : 1;
    const edge = v < 0.14 ? 0.65 : 1,
      stone = scaleColor(stoneColor(noise, x - t.x, y - t.foot + 200, hash(block, step, seed)), joint * edge);
    return lit(stone, light, tread ? light.sun[1] * 1.15 : light.sun[2] * 0.85, tread ? 1 : 0.62);
  });
}

/** Paints the temple from back to front: wall, columns, entablature and pediment, steps. */
export function paintTemple(canvas: Canvas, labels: TempleLabels, t: Temple, light: Light, seed: number): void {
  const noise = new NoiseField(seed);
  paintWall(canvas, labels.wall, t, light, noise, seed + 1);
  paintColumns(canvas, labels.column, t, light, noise, seed + 2);
  paintGable(canvas, labels.gable, t, light, noise, seed + 3);
  paintSteps(canvas, labels.steps, t, light, noise, seed + 4);
}

/** Sunlight on the ground at (x, y): the temple throws its shadow aside, along the ground before its steps. */
export function sunPastTemple(t: Temple, light: Light, noise: NoiseField, x: number, y: number): number {
  const half = halfFront(t) + 8,
    down = y - t.foot,
    // The shadow of a wall with the sun before it lies behind; what is seen of it is a wedge at the far side.
    along = (x - t.x - half * -Math.sign(light.sun[0])) * -Math.sign(light.sun[0]),
    soft = 1.5 * noise.fbm(x * 0.1, y * 0.3, 3);
  const wedge = smoothstep(0, 3, along + soft) * smoothstep(62, 50, along + soft) * smoothstep(3.5, 0.5, down + soft);
  const contact = smoothstep(3, 0, down) * smoothstep(half, half - 4, Math.abs(x - t.x));
  return (1 - 0.8 * wedge) * (1 - 0.5 * contact);
}
