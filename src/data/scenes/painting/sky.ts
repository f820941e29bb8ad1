import type { Canvas } from './canvas.ts';
import { type CumulusLook, paintCumulus } from './clouds.ts';
import { type LinearColor, mix } from './color.ts';
import { clampTo, lerp, NoiseField, smoothstep } from './noise.ts';

/**
 * A sky: the clear air's color depends on the height above the horizon, plus a glow around the sun; clouds go over it.
 */
export interface SkyLook {
  zenith: LinearColor;
  horizon: LinearColor;
  /** Height above the horizon (reference pixels) over which the horizon's color fades to 1/e. */
  fade: number;
  /** Where the sun stands, how bright and how wide its glow is (reference pixels); absent, no glow. */
  glow?: { x: number; up: number; radius: number; color: LinearColor };
  streaks?: StreakLook;
  cumulus?: CumulusLook;
}

/** A thin layer combed by the wind: its cover (about [0, 1]), the size of a tuft (reference pixels) and its light. */
export interface StreakLook {
  cover: number;
  size: number;
  opacity: number;
  sunlit: LinearColor;
  shaded: LinearColor;
}

/** The clear sky `up` reference pixels above the horizon at column x. */
function skyColor(look: SkyLook, x: number, up: number): LinearColor {
  const base = mix(look.zenith, look.horizon, Math.exp(-Math.max(0, up) / look.fade));
  if (!look.glow) return base;
  const { glow } = look,
    distance = Math.hypot((x - glow.x) * 0.7, up - glow.up) / glow.radius;
  const k = Math.exp(-distance * 1.6) + 0.35 * Math.exp(-distance * distance * 12);
  return [base[0] + glow.color[0] * k, base[1] + glow.color[1] * k, base[2] + glow.color[2] * k];
}

/** Opacity and brightness of the layer, seen in perspective: nearer the horizon its tufts are smaller and flatter. */
function streakAt(noise: NoiseField, look: StreakLook, x: number, up: number): { opacity: number; light: number } {
  const distance = 60 / (Math.max(0, up) + 26),
    u = ((x - 128) * distance) / look.size + 4.7,
    v = (distance * 100) / look.size;
  const bend = noise.fbm(u * 0.5 + 3, v * 0.9, 3),
    p = u * 0.55 + bend,
    q = v * 2.4 + bend * 0.9 + u * 0.22;
  const field = noise.fbm(p, q, 6, 0.56),
    towards = noise.fbm(p - 0.06, q + 0.22, 4, 0.5);
  const wide = 0.6 + 0.8 * noise.fbm(u * 0.3 + 60, v * 0.5, 2);
  return {
    opacity: smoothstep(0.34 - look.cover, 0.86 - look.cover, field + 0.2 * wide) * look.opacity,
    light: clampTo(0.5 + (field - towards) * 1.8 - 0.35 * field),
  };
}

/** Paints the sky above `bottom`; heights count from `horizon` (reference pixels), which may differ from it. */
export function paintSky(
  canvas: Canvas,
  label: number,
  look: SkyLook,
  horizon: number,
  bottom: number,
  seed: number,
): void {
  const noise = new NoiseField(seed),
    { streaks } = look;
  canvas.fill(0, bottom, label, (x, y) => {
    const up = horizon - y,
      clear = skyColor(look, x, up);
    if (!streaks) return clear;
    const cloud = streakAt(noise, streaks, x, up);
    if (cloud.opacity === 0) return clear;
    const near = smoothstep(-2, 30, up);
    return mix(clear, mix(streaks.shaded, streaks.sunlit, cloud.light), cloud.opacity * lerp(0.25, 1, near));
  });
  if (look.cumulus) paintCumulus(canvas, look.cumulus, horizon, (x, up) => skyColor(look, x, up), seed + 1);
}
