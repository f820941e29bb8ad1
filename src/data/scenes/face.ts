import { namedPalettes } from '../layout/palettes.ts';
import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, type LinearColor, mix, scaleColor } from './painting/color.ts';
import { type Head, paintHead } from './painting/head.ts';
import { NoiseField, smoothstep } from './painting/noise.ts';
import type { SceneClass, SceneRecipe } from './scene.ts';

/** What is seen of CelebAMask-HQ's classes; l_ is on the left of the picture. */
const names = [
  'background',
  'skin',
  'hair',
  'cloth',
  'neck',
  'nose',
  'l_eye',
  'r_eye',
  'l_brow',
  'r_brow',
  'l_ear',
  'r_ear',
  'mouth',
  'u_lip',
  'l_lip',
];
const at = (name: string): number => names.indexOf(name);
const classes = names.map(
  (name): SceneClass => ({ name, color: namedPalettes['celebamask-hq'].classes.find((c) => c.name === name)!.color }),
);

const wall: readonly [LinearColor, LinearColor] = [colorFromHex(0x8fa3a8), colorFromHex(0x55666f)];
const wool: readonly [LinearColor, LinearColor] = [colorFromHex(0x2e4a6e), colorFromHex(0x8296a8)];

function paint(canvas: Canvas, g: Head, seed: number): void {
  const noise = new NoiseField(seed + 3);
  canvas.fill(0, canvas.height, at('background'), (x, y) =>
    scaleColor(
      mix(wall[0], wall[1], smoothstep(20, 270, x + 0.5 * y)),
      0.6 + 0.3 * noise.fbm(x * 0.015, y * 0.015, 3) + 0.14 * noise.fbm(x * 0.35, y * 0.35, 4),
    ),
  );
  paintHead(
    canvas,
    {
      skin: at('skin'),
      nose: at('nose'),
      eyes: [at('l_eye'), at('r_eye')],
      brows: [at('l_brow'), at('r_brow')],
      ears: [at('l_ear'), at('r_ear')],
      mouth: at('mouth'),
      upper: at('u_lip'),
      lower: at('l_lip'),
      hair: at('hair'),
      neck: at('neck'),
    },
    g,
    seed + 5,
  );
  // A knitted pullover with a round neck, under hair that hangs so far.
  canvas.fill(190, canvas.height, at('cloth'), (x, y) => {
    const u = x - 0.7 * g.x - 38.4;
    const shoulder = 224 + 0.0024 * u * u,
      collar = 241 - 0.0075 * u * u;
    if (y < shoulder - 8 * smoothstep(60, 20, Math.abs(u)) || (Math.abs(u) < 46 && y < collar)) return null;
    if (canvas.labelAt(x, y) === at('hair')) return null;
    const row = Math.sin(y * 1.5 + 1.2 * Math.sin(x * 0.9)),
      rib = Math.abs(u) < 50 && y < collar + 7 ? 0.75 : 1;
    return scaleColor(
      mix(wool[0], wool[1], 0.35 + 0.3 * row + 0.25 * noise.fbm(x * 0.2, y * 0.2, 3)),
      rib * (0.95 - 0.35 * smoothstep(-20, 110, u)) * (0.7 + 0.3 * smoothstep(shoulder - 8, shoulder + 14, y)),
    );
  });
}

const source: Head = {
  x: 128,
  y: 124,
  hair: 60,
  parting: -22,
  brows: 0,
  eyes: 1,
  mouth: { width: 24, corners: 1, open: 7 },
};

/** A painted portrait: many small classes, left and right ones among them, thin brows and lips. */
export const face: SceneRecipe<Head> = {
  name: 'face',
  title: 'Portrait',
  aspect: 1,
  exposure: 0.9,
  start: 5000,
  classes,
  source,
  targets: [
    { name: 'smile', geometry: { ...source, brows: 1, eyes: 0.9, mouth: { width: 31, corners: 9, open: 9 } } },
    { name: 'long hair', geometry: { ...source, hair: 128 } },
    { name: 'surprised', geometry: { ...source, brows: 7, eyes: 1.3, mouth: { width: 19, corners: 0, open: 16 } } },
    { name: 'head aside', geometry: { ...source, x: 146, y: 126, parting: 20 } },
  ],
  paint,
};
