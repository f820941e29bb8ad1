import type { Temple } from './painting/architecture/columns.ts';
import { paintTemple, sunPastTemple } from './painting/architecture/temple.ts';
import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, type Light, unitVector } from './painting/color.ts';
import { type GrassLook, type GroundView, paintGrass } from './painting/ground.ts';
import { lerp, NoiseField, randomStream } from './painting/noise.ts';
import { paintShrub } from './painting/shrubs.ts';
import { paintSky, type SkyLook } from './painting/sky.ts';
import type { SceneRecipe } from './scene.ts';

const SKY = 0,
  GABLE = 1,
  COLUMN = 2,
  WALL = 3,
  STEPS = 4,
  GROUND = 5;

const light: Light = { sun: unitVector([-0.5, 0.5, 0.68]), direct: [1.5, 1.34, 1.06], ambient: [0.27, 0.33, 0.44] };
const sky: SkyLook = {
  zenith: colorFromHex(0x2a5fae),
  horizon: colorFromHex(0xaecbe6),
  fade: 60,
  streaks: { cover: 0.3, size: 75, opacity: 0.75, sunlit: [1.02, 1.02, 1.02], shaded: colorFromHex(0xb4c6d8) },
};
const grass: GrassLook = {
  lush: colorFromHex(0x6d7238),
  dry: colorFromHex(0xb09c60),
  soil: colorFromHex(0x6a5638),
  through: colorFromHex(0x54581f),
  blade: 0.14,
  flowers: [
    { petal: colorFromHex(0xd8b21c), heart: colorFromHex(0xa8700c), size: 0.05, share: 0.3, perSquareMeter: 9 },
  ],
};
const maquis = colorFromHex(0x4a5432);
const air = colorFromHex(0xa9c0d6);

function paint(canvas: Canvas, g: Temple, seed: number): void {
  const noise = new NoiseField(seed + 1),
    ridge = g.foot - 3,
    view: GroundView = { horizon: ridge - 4, eye: 1.6, focal: 256 };
  paintSky(canvas, SKY, sky, ridge, ridge + 3, seed + 2);
  const top = (x: number): number => ridge + 1.6 * noise.fbm(x * 0.02, 2, 4) + 0.5 * noise.fbm(x * 0.3, 6, 2);
  paintGrass(
    canvas,
    GROUND,
    view,
    { top: ridge - 3, grows: (x, y) => y >= top(x), sunAt: (x, y) => sunPastTemple(g, light, noise, x, y) },
    grass,
    light,
    air,
    seed + 6,
  );
  const random = randomStream(seed + 8);
  for (let x = -4; x < 260; x += lerp(1.5, 7, random())) {
    const tall = lerp(1.2, 4.5, random() ** 1.5) * (1 + 0.9 * noise.at(x * 0.03, 12)),
      y = top(x) + lerp(0.3, 2.5, random());
    paintShrub(canvas, GROUND, x, y, tall * lerp(1.1, 2.2, random()), tall, maquis, light, 0.85, random);
  }
  paintTemple(canvas, { gable: GABLE, column: COLUMN, wall: WALL, steps: STEPS }, g, light, seed + 4);
}

const source: Temple = { x: 124, foot: 147, columns: 6, spacing: 26, height: 66, radius: 3.8 };

/** The front of a temple: thin fluted columns before a wall, under a pediment. */
export const colonnade: SceneRecipe<Temple> = {
  name: 'colonnade',
  title: 'Temple front',
  aspect: 2 / 3,
  exposure: 0.74,
  start: 7000,
  classes: [
    { name: 'sky', color: [0, 170, 255] },
    { name: 'gable', color: [200, 60, 150] },
    { name: 'column', color: [255, 210, 60] },
    { name: 'wall', color: [110, 60, 30] },
    { name: 'steps', color: [150, 150, 160] },
    { name: 'ground', color: [120, 180, 40] },
  ],
  source,
  targets: [
    { name: 'fewer columns', geometry: { ...source, columns: 4 } },
    { name: 'wider spacing', geometry: { ...source, spacing: 34 } },
    { name: 'taller columns', geometry: { ...source, height: 82 } },
    { name: 'moved', geometry: { ...source, x: 150, foot: 153 } },
  ],
  paint,
};
