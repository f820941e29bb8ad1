import type { Canvas } from './canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor, unitVector, type Vector } from './color.ts';
import { clampTo, lerp, NoiseField, randomStream, smoothstep } from './noise.ts';

/** A head from the front. Lengths in reference pixels, from the middle of the face (x, y) unless said otherwise. */
export interface Head {
  x: number;
  y: number;
  /** How far hair hangs below the middle of the face. */
  hair: number;
  /** Where the hair is parted, from the middle. */
  parting: number;
  /** How far the brows are raised. */
  brows: number;
  /** 1: as usual. */
  eyes: number;
  /** Half its width, how far its corners are raised, how far it is open. */
  mouth: { width: number; corners: number; open: number };
}
/** Classes, by their numbers. */
export interface HeadLabels {
  skin: number;
  nose: number;
  eyes: readonly [number, number];
  brows: readonly [number, number];
  ears: readonly [number, number];
  mouth: number;
  upper: number;
  lower: number;
  hair: number;
  neck: number;
}

const light: Light = { sun: unitVector([-0.5, 0.5, 0.72]), direct: [1.0, 0.92, 0.82], ambient: [0.27, 0.28, 0.31] };
const skin = colorFromHex(0xd8a283),
  blush = colorFromHex(0xc9785f),
  lip = colorFromHex(0xa8483f),
  white = colorFromHex(0xe4ded6),
  iris = colorFromHex(0x55794f),
  tooth = colorFromHex(0xe6dccb);
const hairDark = colorFromHex(0x2c1a10),
  hairBright = colorFromHex(0x8a5a32),
  brow = colorFromHex(0x2a1a12);
const eyeX = 26,
  eyeY = -12,
  eyeHalf = 14,
  mouthY = 46;

/** Half the face's width at height v, or 0 beyond it. */
const halfFace = (v: number): number =>
  Math.abs(v) >= 82 ? 0 : v < 0 ? 61 * Math.sqrt(1 - (v / 82) ** 2) ** 0.8 : 61 * (1 - (v / 82) ** 2.6) ** 0.6;
const bell = (u: number, v: number, a: number, b: number): number => Math.exp(-((u / a) ** 2 + (v / b) ** 2));

/** Half the nose's width at height v; 0 beyond it. */
function halfNose(v: number): number {
  if (v < -10 || v > 33) return 0;
  return v < 20 ? lerp(5, 11, smoothstep(-10, 20, v)) : 14 * Math.sqrt(Math.max(0, 1 - ((v - 22) / 11) ** 2)) ** 0.7;
}

/** Relief of the features over the plain egg, in reference pixels. */
function relief(u: number, v: number): number {
  const a = Math.abs(u);
  return (
    9 * bell(u, v - 20, 9, 12) +
    6 * bell(u, v - 4, 6, 20) -
    6 * bell(a - eyeX, v - eyeY, 15, 10) +
    3.5 * bell(a - 34, v - 20, 17, 15) +
    3 * bell(u, v - mouthY, 24, 10) +
    4 * bell(u, v - 70, 17, 10) +
    3 * bell(a - 22, v + 27, 22, 8) -
    2.5 * bell(u, v - 60, 20, 4)
  );
}

function normal(u: number, v: number, half: number): Vector {
  const x = clampTo(u / half, -1, 1) * 0.92,
    y = -v / 105,
    e = 0.7;
  const z = Math.sqrt(Math.max(0.04, 1 - x * x - y * y));
  const dx = (relief(u + e, v) - relief(u - e, v)) / (2 * e),
    dy = (relief(u, v + e) - relief(u, v - e)) / (2 * e);
  return unitVector([x - dx * z * 0.75, y + dy * z * 0.75, z]);
}

/** Light that skin turned this way gets, softened as skin softens it. */
function skinLit(albedo: LinearColor, n: Vector, open = 1): LinearColor {
  const towards = n[0] * light.sun[0] + n[1] * light.sun[1] + n[2] * light.sun[2];
  const c = lit(albedo, light, clampTo((towards + 0.15) / 1.15), open * (0.75 + 0.25 * n[2]));
  const shine = Math.max(0, towards) ** 18 * 0.07;
  return [c[0] + shine + 0.02 * (1 - n[2]), c[1] + shine, c[2] + shine];
}

/** What hair looks like at a place, from how its strands run. */
const hairColor = (noise: NoiseField, along: number, across: number, sheen: number): LinearColor =>
  scaleColor(
    mix(hairDark, hairBright, clampTo(0.38 + 0.55 * noise.fbm(across * 0.45, along * 0.025, 4) + 0.5 * sheen)),
    0.75 + 0.25 * sheen,
  );

/** Hair behind the head, neck, ears, the face and its parts, and the hair above the forehead; in this order. */
export function paintHead(canvas: Canvas, k: HeadLabels, h: Head, seed: number): void {
  const noise = new NoiseField(seed),
    random = randomStream(seed + 1);
  const hangs = (v: number): number =>
    v < -14
      ? 79 * Math.sqrt(Math.max(0, 1 - ((v + 14) / 84) ** 2))
      : v < h.hair
        ? 79 + 6 * Math.sin(v * 0.05) - 12 * smoothstep(h.hair - 40, h.hair, v)
        : 0;
  canvas.fill(0, canvas.height, k.hair, (x, y) => {
    const [u, v] = [x - h.x, y - h.y];
    const reach = hangs(v + 5 * noise.fbm(x * 0.4, 3, 2));
    if (!reach || Math.abs(u) > reach + 3 * noise.fbm(x * 0.3, y * 0.04, 3)) return null;
    return scaleColor(hairColor(noise, v, u, 0.25 * bell(u + 45, v + 20, 30, 50)), 0.72);
  });
  canvas.fill(h.y + 40, canvas.height, k.neck, (x, y) => {
    const [u, v] = [x - h.x * 0.7 - 38.4, y - h.y];
    const half = 33 + 0.006 * (v - 80) ** 2;
    if (Math.abs(u) > half) return null;
    const n = unitVector([u / half, 0, Math.sqrt(Math.max(0.05, 1 - (u / half) ** 2))]);
    const shade = 0.45 + 0.55 * smoothstep(78, 112, v + 0.15 * u);
    return scaleColor(skinLit(scaleColor(skin, 0.95 + 0.12 * noise.fbm(x * 0.12, y * 0.12, 4)), n), shade);
  });
  for (const s of [0, 1] as const) {
    const side = s ? 1 : -1;
    canvas.fill(h.y - 22, h.y + 34, k.ears[s], (x, y) => {
      const [u, v] = [(x - h.x) * side - 62, y - h.y - 5];
      const r = (u / 10) ** 2 + (v / 21) ** 2;
      if (r > 1) return null;
      const shell = 0.72 + 0.3 * Math.cos(9 * Math.sqrt(r)) * (1 - (0.3 * v) / 21);
      return scaleColor(
        skinLit(mix(skin, blush, 0.45 + 0.2 * noise.fbm(x * 0.2, y * 0.2, 3)), unitVector([side * 0.5, 0.1, 0.8])),
        shell,
      );
    });
  }
  canvas.fill(h.y - 84, h.y + 84, k.skin, (x, y) => {
    const [u, v] = [x - h.x, y - h.y];
    const half = halfFace(v);
    return Math.abs(u) < half ? faceColor(noise, h, x, y, u, v, half) : null;
  });
  canvas.fill(h.y - 12, h.y + 36, k.nose, (x, y) => {
    const [u, v] = [x - h.x, y - h.y];
    if (Math.abs(u) >= halfNose(v)) return null;
    const nostril = bell(Math.abs(u) - 6.2, v - 29, 3.2, 1.9);
    const c = faceColor(noise, h, x, y, u, v, halfFace(v));
    return mix(
      scaleColor(c, 1 - 0.15 * smoothstep(0.75, 1, Math.abs(u) / halfNose(v)) * smoothstep(10, 22, v)),
      colorFromHex(0x2a120e),
      clampTo(1.3 * nostril),
    );
  });
  for (const s of [0, 1] as const) {
    paintEye(canvas, k.eyes[s], h, s ? 1 : -1, noise);
    paintBrow(canvas, k.brows[s], h, s ? 1 : -1, noise, random);
  }
  paintMouth(canvas, k, h, noise);
  paintFringe(canvas, k.hair, h, noise, random);
}

function faceColor(noise: NoiseField, h: Head, x: number, y: number, u: number, v: number, half: number): LinearColor {
  const red = 0.5 * bell(Math.abs(u) - 33, v - 22, 18, 14) + 0.35 * bell(u, v - 24, 12, 9) + 0.12;
  const pores = 1 + 0.1 * noise.fbm(x * 0.1, y * 0.1, 4) + 0.09 * noise.fbm(x * 0.9, y * 0.9, 3);
  // Hair shades the forehead, the lid the eye's socket, the nose and the lip what lies under them.
  const shade =
    (1 - 0.35 * smoothstep(-34, -56, v + 0.15 * u)) *
    (1 - 0.3 * bell(Math.abs(u) - eyeX, v - eyeY + 8 * h.eyes, 15, 4)) *
    (1 - 0.3 * bell(u - 3, v - 36, 12, 3)) *
    (1 - 0.35 * bell(u - 1, v - mouthY - 12 - h.mouth.open, 15, 3.5));
  return scaleColor(
    skinLit(
      scaleColor(mix(skin, blush, clampTo(red + 0.15 * noise.fbm(x * 0.05, y * 0.05, 3))), pores),
      normal(u, v, half),
    ),
    shade,
  );
}

function paintEye(canvas: Canvas, label: number, h: Head, side: 1 | -1, noise: NoiseField): void {
  const [cx, cy] = [h.x + side * eyeX, h.y + eyeY];
  const open = (u: number): number => Math.max(0, 1 - (u / eyeHalf) ** 2);
  canvas.fill(cy - 16, cy + 10, label, (x, y) => {
    const [u, v] = [x - cx, y - cy];
    const [up, down] = [8 * h.eyes * open(u) ** 0.8, 5 * open(u)];
    if (v < -up || v > down || Math.abs(u) > eyeHalf) return null;
    const r = Math.hypot(u, v + 1);
    const veil = 0.5 + 0.5 * smoothstep(-up, -up + 6, v);
    const angle = Math.atan2(v + 1, u);
    const c =
      r < 2.9
        ? colorFromHex(0x080808)
        : r < 6.6
          ? scaleColor(
              iris,
              0.55 +
                0.5 * noise.fbm(angle * 6, r * 0.5, 3) +
                0.5 * smoothstep(-2, 5, v) -
                0.45 * smoothstep(5.4, 6.6, r),
            )
          : scaleColor(
              mix(white, blush, 0.3 * (Math.abs(u) / eyeHalf) ** 3 + 0.06 * noise.fbm(x * 0.6, y * 0.6, 3)),
              0.82,
            );
    return Math.hypot(u + 2.4, v + 3.4) < 1.5 ? [1.3, 1.3, 1.25] : scaleColor(c, veil);
  });
  // The lashes of the upper lid, thicker outwards.
  for (let i = 0; i <= 26; i++) {
    const u = (i / 13 - 1) * eyeHalf,
      top = cy - 8 * h.eyes * open(u) ** 0.8;
    const out = clampTo(0.5 + (side * u) / 28);
    canvas.stroke(
      cx + u,
      top + 0.6,
      cx + u + side * 1.6 * out,
      top - 1.2 - 2 * out,
      1.8,
      0.4,
      colorFromHex(0x160d09),
      colorFromHex(0x160d09),
      label,
    );
  }
}

function paintBrow(
  canvas: Canvas,
  label: number,
  h: Head,
  side: 1 | -1,
  noise: NoiseField,
  random: () => number,
): void {
  const arc = (t: number): [number, number] => [
    h.x + side * lerp(11, 47, t),
    h.y - 29 - h.brows - 7 * Math.sin(Math.PI * (0.15 + 0.72 * t)) + 5 * t * t,
  ];
  const thick = (t: number): number => 6.2 * Math.min(1, 0.55 + 2.4 * t) * (1 - 0.72 * t ** 2);
  for (let i = 0; i <= 60; i++) {
    const [x, y] = arc(i / 60);
    canvas.dab(x, y, 0.8, thick(i / 60) / 2, 0, mix(brow, skin, 0.08 + 0.1 * noise.fbm(x * 0.5, y * 0.5, 2)), label);
  }
  for (let i = 0; i < 150; i++) {
    const t = random();
    const [x, y] = arc(t);
    const off = (random() - 0.5) * thick(t);
    const [length, rise] = [3.5 + 2 * random(), lerp(-3.2, 0.6, t) * (0.6 + 0.6 * random())];
    const c = mix(brow, hairBright, 0.55 * random());
    canvas.stroke(x, y + off + 0.8, x + side * length, y + off + rise * 0.6, 0.75, 0.35, c, c, label);
  }
}

function paintMouth(canvas: Canvas, k: HeadLabels, h: Head, noise: NoiseField): void {
  const { width, corners, open } = h.mouth;
  canvas.fill(h.y + mouthY - 24, h.y + mouthY + 30, k.lower, (x, y) => {
    const u = x - h.x,
      q = u / width;
    if (Math.abs(q) >= 1) return null;
    const round = (1 - q * q) ** 0.7;
    const middle = h.y + mouthY - corners * q * q + 1.2 * bell(u, 0, 5, 1);
    const [top, bottom] = [middle - 0.35 * open * round, middle + 0.65 * open * round];
    const bow = 1 - 0.28 * bell(u, 0, 4.5, 1);
    const [upper, lower] = [6.4 * round * bow, 8.6 * round];
    const wrinkles = 1 + 0.28 * noise.fbm(u * 0.7, y * 0.06, 3);
    const paint = (label: number, c: LinearColor): LinearColor => {
      canvas.put(Math.floor(x * canvas.density), Math.floor(y * canvas.density), c[0], c[1], c[2], label);
      return c;
    };
    if (y < top - upper || y > bottom + lower) return null;
    if (y < top) {
      paint(k.upper, skinLit(scaleColor(lip, 0.86 * wrinkles), unitVector([q * 0.5, -0.25, 0.8])));
      return null;
    }
    if (y <= bottom) {
      const t = (y - top) / Math.max(1e-3, bottom - top);
      const gaps = 1 - 0.35 * smoothstep(0.75, 1, Math.abs(Math.cos(u * 0.45)));
      paint(
        k.mouth,
        t < 0.66
          ? scaleColor(tooth, (0.5 + 0.4 * t) * gaps * (1 - 0.5 * q * q) * (0.94 + 0.12 * noise.fbm(x, y, 2)))
          : scaleColor(colorFromHex(0x6e231f), 0.55 + 0.6 * noise.fbm(x * 0.3, y * 0.3, 3)),
      );
      return null;
    }
    const n = unitVector([q * 0.5, 0.75 - (1.5 * (y - bottom)) / lower, 0.9]);
    return skinLit(scaleColor(mix(lip, blush, 0.25), wrinkles), n, 1.1);
  });
}

/** The hair on top, combed to both sides from the parting. */
function paintFringe(canvas: Canvas, label: number, h: Head, noise: NoiseField, random: () => number): void {
  const line = (u: number): number => {
    const d = u - h.parting;
    const temple = Math.max(0, Math.abs(u) - 46);
    return Math.min(-8, Math.min(-45, -62 + 0.009 * d * d) + 0.12 * temple ** 2);
  };
  canvas.fill(h.y - 106, h.y + 34, label, (x, y) => {
    const [u, v] = [x - h.x, y - h.y];
    if (
      ((u / 75) ** 2 + ((v + 18) / 82) ** 2 > 1 && v < 20) ||
      v > line(u) + 3 * noise.fbm(u * 0.25, 7, 3) ||
      Math.abs(u) > 76
    )
      return null;
    const d = u - h.parting;
    const angle = Math.atan2(v + 100, Math.abs(d) + 1);
    return hairColor(
      noise,
      Math.hypot(d, v + 100),
      angle * 130,
      0.75 * bell(Math.hypot(d + 12, v + 104) - 46, 0, 11, 1) * smoothstep(70, -10, u),
    );
  });
  for (let i = 0; i < 420; i++) {
    const u = lerp(-74, 74, random()),
      d = u - h.parting;
    const end = line(u) + 3 * random() - 1;
    const start = end - 14 - 26 * random();
    const from = h.parting + d * (0.55 + 0.35 * random());
    if ((u / 75) ** 2 + ((end + 18) / 82) ** 2 > 1.05 || (from / 72) ** 2 + ((start + 18) / 78) ** 2 > 1) continue;
    const c = mix(hairDark, hairBright, 0.25 + 0.7 * random());
    canvas.stroke(h.x + from, h.y + start, h.x + u, h.y + end, 0.9, 0.5, c, c, label, Math.sign(d) * 2);
  }
}
