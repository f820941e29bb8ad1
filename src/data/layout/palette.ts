/** Classes and their colors. */
import { UserError } from '../errors.ts';

/** Red, green and blue, each 0 to 255, in sRGB. */
export type RGB = [number, number, number];

/** One class of a layout. */
export interface PaletteClass {
  /** From a palette file, or made from place and color. */
  name: string;
  /** What stands for the class in pictures of layouts. */
  color: RGB;
  /** The number that stands for the class in index files, 0 to 255. */
  index?: number;
}

/** The classes of a source layout, which its targets share. */
export interface Palette {
  /** Label k is `classes[k]`; 2 to 64 where it comes from `buildPalette`. */
  classes: PaletteClass[];
  /** By what files name the classes; default `colors`. */
  as?: 'colors' | 'indices';
  /** A line drawing in place of areas: its two classes are paper and line. */
  lines?: true;
  /** Classes that the palette file names and the source layout lacks: nothing can be drawn in them. */
  absent?: PaletteClass[];
}

/** Most classes of a layout. */
export const MAX_CLASSES = 64;

/** '#rrggbb' */
export const hex = (c: ArrayLike<number>) =>
  `#${[0, 1, 2].map((i) => Math.round(c[i]).toString(16).padStart(2, '0')).join('')}`;

/** '#rrggbb', 'rrggbb' or '#rgb' -> RGB, or null. */
export function parseHex(s: string): RGB | null {
  const m = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(s.trim());
  if (!m) return null;
  const d = m[1].length === 3 ? m[1].replace(/./g, '$&$&') : m[1];
  return [0, 2, 4].map((i) => parseInt(d.slice(i, i + 2), 16)) as RGB;
}

/** Euclidean distance of two colors, 0..441. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const r = a[0] - b[0],
    g = a[1] - b[1],
    bl = a[2] - b[2];
  return Math.sqrt(r * r + g * g + bl * bl);
}

/** Distance of c from the segment a-b and the foot's place t on it (0 at a, 1 at b). */
export function toSegment(c: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): { d: number; t: number } {
  let dot = 0,
    len = 0;
  for (let i = 0; i < 3; i++) {
    dot += (c[i] - a[i]) * (b[i] - a[i]);
    len += (b[i] - a[i]) ** 2;
  }
  const t = len === 0 ? 0 : Math.max(0, Math.min(1, dot / len));
  let off = 0;
  for (let i = 0; i < 3; i++) off += (c[i] - a[i] - t * (b[i] - a[i])) ** 2;
  return { t, d: Math.sqrt(off) };
}

/** 'sky (#87ceeb)', or the bare color where it is the name; class numbers where those count. */
export function describe(c: PaletteClass, as: Palette['as'] = 'colors'): string {
  if (as === 'indices') return c.name === String(c.index) ? `class ${c.index}` : `class ${c.index} "${c.name}"`;
  return c.name === hex(c.color) ? c.name : `"${c.name}" (${hex(c.color)})`;
}

/**
 * A color for class number i that stands out from its neighbors': hue by the golden angle, brightness in three steps.
 */
export function colorOf(i: number): RGB {
  if (i === 0) return [0, 0, 0];
  const hue = (i * 137.508) % 360,
    value = [230, 160, 255][i % 3],
    low = [40, 0, 110][i % 3];
  return [0, 240, 120].map((shift) => {
    const h = Math.abs(((((hue + shift) % 360) + 360) % 360) - 180) / 60 - 1; // 2 at the channel's own hue, -1 opposite
    return Math.round(low + (value - low) * Math.max(0, Math.min(1, h)));
  }) as RGB;
}

/**
 * A palette file -> its classes. JSON: {"sky": "#87ceeb"}, {"sky": [135,206,235]}, {"0": "sky"}, {"#87ceeb": "sky"},
 * [{"name", "color", "index"}] or either under "classes". Lines: `#rrggbb name`, `r g b name`, `index name`, `index r g
 * b name`; `#` and `//` begin comments; commas, tabs and = part fields. GIMP palettes (.gpl): the order is the index.
 * as: 'indices' where any class has no color (it then gets one by colorOf). Throws UserError naming line or entry.
 */
export function readPaletteFile(text: string, name: string): Palette {
  const clean = text.replace(/^\ufeff/, '');
  const found: Entry[] = /^\s*[[{]/.test(clean) ? fromJson(clean, name) : fromLines(clean, name);
  if (found.length === 0) throw new UserError(`${name}: names no class; write one per line, such as "#87ceeb sky"`);
  const seen = new Map<string, string>();
  const once = (key: string, what: string, entry: Entry) => {
    const before = seen.get(key);
    if (before !== undefined)
      throw new UserError(`${name}: ${what} stands twice (${before}, ${entry.where}): give every class its own`);
    seen.set(key, entry.where);
  };
  for (const e of found) {
    once(`name ${e.name}`, `the name "${e.name}"`, e);
    if (e.color) once(`color ${hex(e.color)}`, `the color ${hex(e.color)}`, e);
    if (e.index !== undefined) once(`index ${e.index}`, `the class number ${e.index}`, e);
  }
  const as = found.every((e) => e.color) ? 'colors' : 'indices';
  const bare = found.find((e) => !e.color && e.index === undefined);
  if (bare) throw new UserError(`${name}: ${bare.where} has neither color nor number: write "#87ceeb sky" or "0 sky"`);
  const mixed = as === 'indices' && found.find((e) => e.index === undefined);
  if (mixed)
    throw new UserError(
      `${name}: ${mixed.where} has no class number, while other classes have nothing else: give all colors or ` +
        'all numbers',
    );
  return {
    as,
    classes: found.map(({ name, color, index }, i) => ({
      name,
      color: color ?? colorOf(index ?? i),
      ...(index !== undefined && { index }),
    })),
  };
}

interface Entry {
  name: string;
  color?: RGB;
  index?: number;
  where: string;
}

const isIndex = (v: unknown): v is number => typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= 65535;
const asIndex = (s: string) => (/^\d{1,5}$/.test(s) && isIndex(Number(s)) ? Number(s) : undefined);

function asColor(v: unknown): RGB | null {
  if (typeof v === 'string')
    return (
      parseHex(v) ??
      (/^(rgb\()?\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\)?$/.test(v) ? asColor(v.match(/\d+/g)!.map(Number)) : null)
    );
  return Array.isArray(v) && v.length >= 3 && v.slice(0, 3).every((x) => Number.isInteger(x) && x >= 0 && x <= 255)
    ? (v.slice(0, 3) as RGB)
    : null;
}

function fromJson(text: string, name: string): Entry[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw new UserError(`${name}: is not valid JSON (${(e as Error).message})`);
  }
  if (json && typeof json === 'object' && 'classes' in json) json = (json as { classes: unknown }).classes;
  const bad = (where: string, v: unknown) =>
    new UserError(
      `${name}: ${where}: cannot make a class of ${JSON.stringify(v)}: write {"sky": "#87ceeb"}, {"0": "sky"} ` +
        'or [{"name": "sky", "color": "#87ceeb"}]',
    );
  if (Array.isArray(json)) {
    return json.map((v, i) => {
      const where = `entry ${i}`;
      if (typeof v === 'string') return { name: v, index: i, where }; // ["sky", "grass"]: the place is the number
      const o = (v ?? {}) as Record<string, unknown>;
      const given = o.color ?? o.colour ?? o.rgb;
      const color = given === undefined ? undefined : asColor(given);
      const index = o.index ?? o.id;
      if (typeof o.name !== 'string' || !o.name || color === null || (index !== undefined && !isIndex(index)))
        throw bad(where, v);
      return { name: o.name, color, index: index as number | undefined, where };
    });
  }
  return Object.entries((json ?? {}) as object).map(([key, v]) => {
    const where = `entry "${key}"`;
    const color = asColor(v);
    if (color) return { name: key, color, where };
    if (typeof v === 'string' && v && asIndex(key) !== undefined) return { name: v, index: asIndex(key), where };
    if (typeof v === 'string' && v && parseHex(key)) return { name: v, color: parseHex(key)!, where };
    if (isIndex(v)) return { name: key, index: v, where };
    throw bad(where, v);
  });
}

function fromLines(text: string, name: string): Entry[] {
  const gimp = /^\s*GIMP Palette/i.test(text);
  const out: Entry[] = [];
  text.split(/\r?\n/).forEach((line, n) => {
    const body = line.trim();
    const comment = !body || /^(\/\/|;)/.test(body) || /^#(\s|$|#)/.test(body);
    if (comment || (gimp && (n === 0 || /^(Name|Columns)\s*:/i.test(body)))) return;
    const entry = fromLine(body.split(/[\s,;=]+|:\s+/).filter(Boolean));
    if (!entry)
      throw new UserError(
        `${name}: line ${n + 1} "${body.slice(0, 40)}" is no class: write "#87ceeb sky", "135 206 235 sky" or "0 sky"`,
      );
    if (entry.name === 'Untitled' && entry.color) entry.name = hex(entry.color);
    out.push({ ...entry, ...(gimp && { index: out.length }), where: `line ${n + 1}` });
  });
  return out;
}

/**
 * The fields of a line: numbers first (1: the index, 3: a color, 4: both), or #rrggbb at either end, or both; the rest
 * is the name.
 */
function fromLine(fields: string[]): Omit<Entry, 'where'> | null {
  const word = fields.findIndex((f) => asIndex(f) === undefined);
  const numbers = fields.slice(0, word < 0 ? fields.length : word).map(Number);
  let words = fields.slice(numbers.length);
  let color: RGB | null = null;
  if (numbers.length >= 3) color = asColor(numbers.slice(-3));
  else if (words.length && /^#/.test(words[0]) && (color = parseHex(words[0]))) words = words.slice(1);
  else if (words.length > 1 && /^#/.test(words[words.length - 1]) && (color = parseHex(words[words.length - 1])))
    words = words.slice(0, -1);
  const index = numbers.length === 1 || numbers.length === 4 ? numbers[0] : undefined;
  const odd = numbers.length === 2 || numbers.length > 4 || (numbers.length >= 3 && !color);
  if (odd || (!color && (index === undefined || !words.length))) return null;
  return {
    name: words.join(' ') || (index === undefined ? hex(color!) : String(index)),
    ...(color && { color }),
    ...(index !== undefined && { index }),
  };
}
