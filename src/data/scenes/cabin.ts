import { type House, paintHouse, sunPastHouse } from './painting/architecture/house.ts';
import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, type Light, unitVector } from './painting/color.ts';
import { type FoliageLook, lightPlant, paintPlant } from './painting/foliage.ts';
import {
  acrossAt,
  distanceAt,
  type GrassLook,
  type GroundView,
  paintGrass,
  type SoilLook,
  soilColor,
} from './painting/ground.ts';
import { lerp, NoiseField, randomStream, through } from './painting/noise.ts';
import { paintSky, type SkyLook } from './painting/sky.ts';
import { growConifer } from './painting/trees.ts';
import type { SceneRecipe } from './scene.ts';

/** A log cabin at the edge of a forest. Rows and heights in reference pixels, the house in meters. */
interface Cabin {
  horizon: number;
  /** Height of the forest at the left end, middle and right end. */
  forest: readonly [number, number, number];
  houses: readonly House[];
  /** Path: columns of its middle at the bottom row, half-way up and at its far end, and its width in meters. */
  path: { near: number; middle: number; far: number; end: number; width: number };
}

const SKY = 0,
  FOREST = 1,
  WALL = 2,
  ROOF = 3,
  GRASS = 4,
  PATH = 5;

const light: Light = { sun: unitVector([-0.5, 0.66, 0.56]), direct: [1.48, 1.34, 1.1], ambient: [0.27, 0.33, 0.42] };
const sky: SkyLook = {
  zenith: colorFromHex(0x3f78ba),
  horizon: colorFromHex(0xc9dcea),
  fade: 70,
  streaks: { cover: 0.42, size: 60, opacity: 0.9, sunlit: [1.0, 1.0, 1.0], shaded: colorFromHex(0xb4c3d3) },
};
const air = colorFromHex(0x9db6c6);
const spruce: FoliageLook = {
  dark: colorFromHex(0x263822),
  bright: colorFromHex(0x54663a),
  through: colorFromHex(0x32441c),
  bark: colorFromHex(0x5d4c3e),
  density: 0.8,
};
const grass: GrassLook = {
  lush: colorFromHex(0x566b34),
  dry: colorFromHex(0x908752),
  soil: colorFromHex(0x2c2d1a),
  through: colorFromHex(0x4e5f22),
  blade: 0.2,
  flowers: [
    { petal: colorFromHex(0xf4efe4), heart: colorFromHex(0xe2b52a), size: 0.05, share: 0.3, perSquareMeter: 5 },
  ],
};
const gravel: SoilLook = {
  pale: colorFromHex(0xb5a48c),
  dark: colorFromHex(0x80705c),
  pebble: 0.07,
  pebbles: 0.4,
  bump: 0.7,
};

function paint(canvas: Canvas, g: Cabin, seed: number): void {
  const view: GroundView = { horizon: g.horizon - 6, eye: 2.1, focal: 256 },
    noise = new NoiseField(seed + 1);
  paintSky(canvas, SKY, sky, g.horizon, g.horizon + 4, seed + 2);
  const random = randomStream(seed + 4);
  const grown = Array.from({ length: 12 }, () =>
    lightPlant(growConifer(70, lerp(9, 14, random()), random, 1.1), spruce, light, random),
  );
  for (let row = 0; row < 5; row++) {
    const near = row / 4;
    for (let x = -12; x < 268; x += lerp(2.6, 7, near) * (0.5 + random())) {
      const height =
        through(g.forest, x) *
        lerp(0.95, 0.6, near) *
        lerp(0.68, 1.08, random()) *
        (1 + 0.3 * noise.fbm(x * 0.02, row, 2));
      const plant = grown[Math.floor(random() * grown.length)];
      paintPlant(canvas, FOREST, x, g.horizon + 1 + near * 3, plant, height / 70, {
        color: air,
        amount: 0.14 * (1 - near),
      });
    }
  }
  for (const house of g.houses) paintHouse(canvas, { wall: WALL, roof: ROOF }, view, house, light, seed + 9);
  const built = (x: number, y: number): boolean => {
    const at = canvas.labelAt(x, y);
    return at === WALL || at === ROOF;
  };
  const top = (x: number): number => g.horizon + 1.5 + 1.5 * noise.fbm(x * 0.03, 9, 3);
  const onPath = (x: number, y: number): boolean => {
    const t = (canvas.height - y) / (canvas.height - g.path.end);
    if (t > 1) return false;
    const middle = (1 - t) ** 2 * g.path.near + 2 * t * (1 - t) * g.path.middle + t * t * g.path.far;
    const off = ((x - middle) * distanceAt(view, y)) / view.focal + 0.22 * noise.fbm(x * 0.09, y * 0.2, 4);
    return Math.abs(off) < g.path.width / 2;
  };
  const sunAt = (x: number, y: number): number => {
    const X = acrossAt(view, x, y),
      Z = distanceAt(view, y);
    return g.houses.reduce((sun, house) => Math.min(sun, sunPastHouse(house, light, X, Z)), 1);
  };
  const soil = new NoiseField(seed + 8);
  canvas.fill(g.path.end, canvas.height, PATH, (x, y) => {
    if (!onPath(x, y) || built(x, y)) return null;
    return soilColor(soil, gravel, light, acrossAt(view, x, y), distanceAt(view, y), sunAt(x, y));
  });
  paintGrass(
    canvas,
    GRASS,
    view,
    { top: g.horizon, grows: (x, y) => y >= top(x) && !onPath(x, y) && !built(x, y), sunAt },
    grass,
    light,
    air,
    seed + 6,
  );
}

const home: House = { X: 1.4, Z: 15.5, turn: 0.42, length: 7.4, width: 5.4, wall: 2.5, rise: 2.1 };
const source: Cabin = {
  horizon: 112,
  forest: [92, 70, 86],
  houses: [home],
  path: { near: 84, middle: 158, far: 178, end: 140, width: 1.7 },
};

/** A log cabin, a gravel path, a spruce forest behind. */
export const cabin: SceneRecipe<Cabin> = {
  name: 'cabin',
  title: 'Forest cabin',
  aspect: 0.75,
  exposure: 0.74,
  start: 3000,
  classes: [
    { name: 'sky', color: [0, 190, 255] },
    { name: 'forest', color: [0, 120, 60] },
    { name: 'wall', color: [200, 60, 30] },
    { name: 'roof', color: [120, 60, 200] },
    { name: 'grass', color: [170, 230, 40] },
    { name: 'path', color: [255, 200, 90] },
  ],
  source,
  targets: [
    {
      name: 'cabin moved',
      geometry: {
        ...source,
        houses: [{ ...home, X: -2.6, Z: 16 }],
        path: { ...source.path, near: 160, middle: 110, far: 84, end: 136 },
      },
    },
    {
      name: 'long cabin',
      geometry: {
        ...source,
        houses: [{ ...home, X: 0.6, length: 10.2 }],
        path: { ...source.path, near: 128, middle: 128, far: 140, end: 136 },
      },
    },
    {
      name: 'clearing',
      geometry: {
        ...source,
        forest: [60, 92, 78],
        houses: [{ ...home, X: 3.2, Z: 17 }],
        path: { ...source.path, near: 60, middle: 150, far: 176, end: 134, width: 2.6 },
      },
    },
    {
      name: 'two cabins',
      geometry: {
        ...source,
        houses: [
          { ...home, X: 4.2, Z: 19 },
          { ...home, X: -3.4, Z: 15.5, length: 5.4, width: 4.6 },
        ],
        path: { ...source.path, near: 140, middle: 140, far: 150, end: 132 },
      },
    },
  ],
  paint,
};
