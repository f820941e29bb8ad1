import { type CityLook, paintHouses, paintTower, type Tower } from './painting/architecture/city.ts';
import { paintEmbankment } from './painting/architecture/embankment.ts';
import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, unitVector } from './painting/color.ts';
import type { GroundView } from './painting/ground.ts';
import { paintSky, type SkyLook } from './painting/sky.ts';
import { paintLake, type WaterLook } from './painting/water.ts';
import type { SceneRecipe } from './scene.ts';

/** A city beyond a river. Reference pixels; rows count down from the top. */
interface Skyline {
  /** Row of the water's far edge. */
  shore: number;
  /** Heights of the low houses at the left end, middle and right end. */
  houses: readonly [number, number, number];
  /** Far ones first. */
  towers: readonly Tower[];
}

const SKY = 0,
  TOWERS = 1,
  BANK = 2,
  WATER = 3;

const sky: SkyLook = {
  zenith: colorFromHex(0x1f4478),
  horizon: colorFromHex(0xdca49a),
  fade: 34,
  glow: { x: 84, up: -14, radius: 74, color: [1.25, 0.52, 0.1] },
};
const look: CityLook = {
  front: { sun: unitVector([-0.9, 0.2, -0.4]), direct: [0.85, 0.42, 0.2], ambient: [0.15, 0.17, 0.25] },
  glow: 84,
  mirrorLow: colorFromHex(0x544a5e),
  mirrorHigh: colorFromHex(0x5d7cae),
  haze: colorFromHex(0xb98a86),
  hazeHeight: 26,
};
const water: WaterLook = { deep: colorFromHex(0x14202e), shallow: colorFromHex(0x22303a), chop: 0.016, ripple: 1.1 };
const EMBANKMENT = 4;

function paint(canvas: Canvas, g: Skyline, seed: number): void {
  const view: GroundView = { horizon: g.shore - 3, eye: 5, focal: 256 };
  paintSky(canvas, SKY, sky, g.shore - 3, g.shore, seed + 2);
  const street = g.shore - EMBANKMENT + 0.5;
  paintHouses(canvas, TOWERS, look, street, g.houses, seed + 3);
  for (const [i, tower] of g.towers.entries()) {
    const far = 0.3 * (1 - i / Math.max(1, g.towers.length - 1));
    paintTower(canvas, TOWERS, { ...tower, seed: seed + tower.seed }, look, street, far);
  }
  paintEmbankment(canvas, BANK, look, g.shore, EMBANKMENT, seed + 5);
  paintLake(
    canvas,
    WATER,
    view,
    { top: g.shore, covers: () => true, shallowAt: (_, y) => Math.exp(-(y - g.shore) / 6) },
    water,
    seed + 6,
  );
}

const plain = { steps: [], mast: 0 };
const slab: Tower = { x: 146, width: 27, height: 52, side: 0.16, facade: 'bands', ...plain, seed: 31 };
const bank: Tower = { x: 222, width: 18, height: 44, side: 0.28, facade: 'bands', ...plain, seed: 36 };
const flats: Tower = { x: 22, width: 15, height: 34, side: 0.3, facade: 'stone', ...plain, seed: 37 };
const spire: Tower = {
  x: 112,
  width: 19,
  height: 82,
  side: 0.2,
  facade: 'stone',
  steps: [
    { from: 0.66, wide: 0.76 },
    { from: 0.85, wide: 0.5 },
    { from: 0.95, wide: 0.24 },
  ],
  mast: 13,
  seed: 32,
};
const crystal: Tower = {
  x: 188,
  width: 25,
  height: 74,
  side: 0.3,
  facade: 'glass',
  steps: [{ from: 0.93, wide: 0.7 }],
  mast: 0,
  seed: 33,
};
const hotel: Tower = {
  x: 48,
  width: 21,
  height: 47,
  side: 0.22,
  facade: 'stone',
  steps: [{ from: 0.88, wide: 0.72 }],
  mast: 0,
  seed: 34,
};
const office: Tower = { x: 80, width: 17, height: 61, side: 0.26, facade: 'glass', steps: [], mast: 6, seed: 35 };
const source: Skyline = {
  shore: 112,
  houses: [15, 25, 13],
  towers: [slab, bank, flats, office, spire, crystal, hotel],
};

/** Towers at dusk, their lights, and a river that mirrors them. */
export const skyline: SceneRecipe<Skyline> = {
  name: 'skyline',
  title: 'Skyline at dusk',
  aspect: 2 / 3,
  exposure: 0.8,
  start: 6000,
  classes: [
    { name: 'sky', color: [255, 170, 120] },
    { name: 'towers', color: [130, 60, 190] },
    { name: 'bank', color: [90, 160, 40] },
    { name: 'water', color: [0, 70, 200] },
  ],
  source,
  targets: [
    { name: 'tower gone', geometry: { ...source, towers: [slab, bank, flats, office, spire, hotel] } },
    {
      name: 'tower enlarged',
      geometry: {
        ...source,
        towers: [slab, { ...bank, x: 226, width: 34, height: 86 }, flats, office, spire, crystal, hotel],
      },
    },
    {
      name: 'mirrored',
      geometry: {
        ...source,
        houses: [13, 24, 16],
        towers: source.towers.map((t) => ({ ...t, x: 256 - t.x })),
      },
    },
    { name: 'low horizon', geometry: { ...source, shore: 130 } },
  ],
  paint,
};
