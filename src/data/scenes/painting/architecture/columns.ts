import type { Canvas } from '../canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor } from '../color.ts';
import { clampTo, hash, lerp, type NoiseField, smoothstep } from '../noise.ts';

/**
 * The front of a temple, seen at right angles: lengths in reference pixels. `x` is its middle, `foot` the row of the
 * ground, `spacing` from axis to axis, `radius` a column's at its foot.
 */
export interface Temple {
  x: number;
  foot: number;
  columns: number;
  spacing: number;
  height: number;
  radius: number;
}

/** How many steps a temple stands on, and the height of each. */
export const STEPS = 4,
  STEP = 2.6;

/** Row of the floor that the columns stand on. */
export const floorOf = (t: Temple): number => t.foot - STEPS * STEP;

const marble = colorFromHex(0xcdc2ac),
  ocher = colorFromHex(0xae9672),
  soot = colorFromHex(0x6f665a);

/** Stone at (x, y) of the temple: pale marble with an ocher skin, soot under ledges, pits. */
export function stoneColor(noise: NoiseField, x: number, y: number, block: number): LinearColor {
  const skin = noise.fbm(x * 0.05 + 7, y * 0.05, 4),
    pits = noise.fbm(x * 0.8, y * 0.8, 4, 0.65),
    run = noise.fbm(x * 0.45, y * 0.035 + 30, 4);
  const c = mix(mix(marble, ocher, smoothstep(-0.3, 0.5, skin + 0.3 * pits)), soot, 0.55 * smoothstep(0.12, 0.5, run));
  return scaleColor(c, lerp(0.88, 1.08, block) * (1 + 0.22 * pits));
}

/** A column's half-width over its radius, `t` of the way up: base, shaft with entasis, necking, echinus and abacus. */
function profile(t: number): number {
  if (t < 0.012) return 1.34;
  if (t < 0.045) return 1.12 + 0.14 * Math.sin(((t - 0.012) / 0.033) * Math.PI);
  if (t > 0.968) return 1.32;
  if (t > 0.925) return lerp(0.86, 1.24, Math.sqrt((t - 0.925) / 0.043));
  return lerp(1, 0.84, t) + 0.035 * Math.sin(t * Math.PI);
}

/** Paints the fluted columns. Only the shafts have flutes; a flute narrower than two samples is left out. */
export function paintColumns(
  canvas: Canvas,
  label: number,
  t: Temple,
  light: Light,
  noise: NoiseField,
  seed: number,
): void {
  const base = floorOf(t),
    [sx, sy, sz] = light.sun,
    flutes = 16;
  canvas.fill(base - t.height, base, label, (x, y) => {
    const index = Math.round((x - t.x) / t.spacing + (t.columns - 1) / 2);
    if (index < 0 || index >= t.columns) return null;
    const off = x - t.x - (index - (t.columns - 1) / 2) * t.spacing,
      up = (base - y) / t.height,
      half = t.radius * profile(up);
    if (Math.abs(off) > half) return null;
    const square = up < 0.012 || up > 0.968,
      turn = Math.asin(clampTo(off / half, -1, 1));
    let normal = square ? 0.12 * turn : turn,
      groove = 0;
    if (up > 0.05 && up < 0.915) {
      const phase = (turn * flutes) / (2 * Math.PI),
        across = phase - Math.floor(phase) - 0.5;
      const samples = ((2 * Math.PI) / flutes) * half * Math.cos(turn) * canvas.density,
        seen = smoothstep(1.6, 4, samples) * smoothstep(0.05, 0.06, up) * smoothstep(0.915, 0.905, up);
      normal -= across * 1.9 * seen;
      groove = (1 - 4 * across * across) * seen;
    }
    const drum = Math.floor(up * 5.3 + 0.6 * hash(index, 1, seed)),
      seam = up * 5.3 + 0.6 * hash(index, 1, seed) - drum < 0.025 ? 0.55 : 1;
    const facing = clampTo(sx * Math.sin(normal) + sz * Math.cos(normal));
    // The entablature overhangs the shafts and shades their heads.
    const shade = smoothstep(0.0, 1.2, (1 - up) * t.height - 1.5 * (sy / sz) + 0.5 * noise.at(x * 0.3, index)),
      under = up > 0.88 && up <= 0.925 ? lerp(1, 0.6, (up - 0.88) / 0.045) : 1;
    const stone = stoneColor(noise, off + 61 * index, y - t.foot, hash(index, drum, seed + 1));
    const open = (0.55 + 0.45 * Math.cos(turn)) * (1 - 0.5 * groove) * lerp(0.72, 1, clampTo((1 - up) * 6));
    return lit(scaleColor(stone, seam), light, facing * shade * under * (1 - 0.12 * groove), open);
  });
}
