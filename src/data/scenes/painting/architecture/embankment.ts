import type { Canvas } from '../canvas.ts';
import { colorFromHex, lit, mix, scaleColor } from '../color.ts';
import { hash, lerp, NoiseField, randomStream, smoothstep } from '../noise.ts';
import { paintShrub } from '../shrubs.ts';
import type { CityLook } from './city.ts';

/** Paints an embankment of stone `height` above the water's row `foot`, with trees and lamps. */
export function paintEmbankment(
  canvas: Canvas,
  label: number,
  look: CityLook,
  foot: number,
  height: number,
  seed: number,
): void {
  const noise = new NoiseField(seed),
    random = randomStream(seed + 1),
    granite = colorFromHex(0x7d7672),
    leaf = mix(colorFromHex(0x66704c), look.haze, 0.25);
  for (let x = -4; x < 260; x += lerp(0.8, 2.6, random())) {
    const tall = lerp(1.6, 4.4, random()) * (0.8 + 0.7 * noise.at(x * 0.04, 3));
    paintShrub(
      canvas,
      label,
      x,
      foot - height + 0.4,
      tall * lerp(0.8, 1.3, random()),
      tall,
      leaf,
      look.front,
      0.3,
      random,
    );
  }
  canvas.fill(foot - height, foot, label, (x, y) => {
    const v = (foot - y) / height,
      course = Math.floor(v * 4),
      block = Math.floor(x / 2.6 + 0.5 * (course & 1));
    const joint = v * 4 - course < 0.12 ? 0.6 : 1,
      wet = lerp(0.45, 1, smoothstep(0.1, 0.35, v + 0.1 * noise.fbm(x * 0.2, 1, 3)));
    const c = lit(scaleColor(granite, joint * wet * lerp(0.8, 1.15, hash(block, course, seed))), look.front, 0, 0.8);
    const street = 0.1 * v * (0.6 + 0.4 * noise.fbm(x * 0.12, 5, 2));
    return [c[0] + street, c[1] + street * 0.66, c[2] + street * 0.32];
  });
  for (let x = 5 + 4 * random(); x < 256; x += lerp(8, 12, random())) {
    canvas.stroke(x, foot - height, x, foot - height - 2.6, 0.22, 0.16, [0.02, 0.02, 0.02], [0.02, 0.02, 0.02], label);
    canvas.dab(x, foot - height - 2.8, 0.55, 0.5, 0, [2.6, 1.7, 0.8], label);
  }
}
