import type { Canvas } from './canvas.ts';
import { type Light, type LinearColor, lit, scaleColor } from './color.ts';
import { lerp, type Random } from './noise.ts';

/**
 * Paints a bush or a small round tree as a heap of leaves, brighter above: its foot at (x, y), lengths in reference
 * pixels. `direct` is the share of the sun that reaches its top.
 */
export function paintShrub(
  canvas: Canvas,
  label: number,
  x: number,
  y: number,
  wide: number,
  tall: number,
  leaf: LinearColor,
  light: Light,
  direct: number,
  random: Random,
): void {
  const size = Math.max(0.22, Math.min(wide, tall) * 0.09),
    count = Math.ceil((0.9 * wide * tall) / (size * size));
  for (let n = 0; n < count; n++) {
    const a = random() * 2 * Math.PI,
      r = Math.sqrt(random()),
      up = r * Math.sin(a),
      aside = r * Math.cos(a);
    // The side towards the sun gets more of it.
    const towards = 0.5 + 0.3 * up + 0.25 * Math.sign(light.sun[0]) * aside,
      color = lit(scaleColor(leaf, lerp(0.55, 1.35, random())), light, direct * Math.max(0, towards), 0.45 + 0.4 * up);
    const angle = random() * Math.PI,
      cut = 1 - 0.25 * random();
    canvas.dab(x + (wide / 2) * aside * cut, y - tall * (0.5 + 0.5 * up * cut), size, size * 0.7, angle, color, label);
  }
}
