/**
 * The inputs of a study: folders of `semia compare`, or plain ones. All are read and checked before anything is
 * written.
 */
import { promises as fs } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { UserError } from '../../../data/errors.ts';
import { hasReadableExtension } from '../../../data/formats/imageFormats.ts';
import { type Picture, resize } from '../../../data/image/image.ts';
import { methods as known } from '../../../model/baselines/methods.ts';
import { readPicture } from '../../../node/decode.ts';
import { readInput } from '../../../node/files.ts';

export interface StudyQuestion {
  name: string;
  /** Index of its folder. */
  model: number;
  /** By method, all of one size. */
  pictures: Picture[];
}
export interface StudyInputs {
  methods: string[];
  models: Picture[];
  questions: StudyQuestion[];
}

const stem = (name: string): string => name.slice(0, -extname(name).length);

/** One folder's methods and the files of their pictures, by target. */
interface Folder {
  path: string;
  model: string;
  methods: Map<string, Map<string, string>>;
}

async function picturesIn(path: string): Promise<Map<string, string>> {
  const names = (await fs.readdir(path).catch(() => []))
    .filter((n) => hasReadableExtension(n) && !n.startsWith('.'))
    .sort();
  return new Map(names.map((n) => [stem(n), join(path, n)]));
}

async function open(
  path: string,
  wanted: readonly string[] | undefined,
  notify: (note: string) => void,
): Promise<Folder> {
  const entries = await fs.readdir(path, { withFileTypes: true }).catch((e: NodeJS.ErrnoException) => {
    throw new UserError(`${path}: ${e.code === 'ENOTDIR' ? 'is a file: give a folder' : 'no such folder'}`);
  });
  const record = entries.some((e) => e.name === 'results.json') ? await compared(join(path, 'results.json')) : null;
  for (const m of record ?? []) if (m.failure) notify(`${path}: ${m.name} is left out: it failed there`);
  const candidates = record
    ? record.filter((m) => !m.failure).map((m) => m.name)
    : entries
        .filter((e) => e.isDirectory() && !e.name.startsWith('.'))
        .map((e) => e.name)
        .sort();
  const missing = wanted?.filter((w) => !candidates.includes(w)) ?? [];
  if (missing.length)
    throw new UserError(
      `${path}: has no pictures by ${missing.join(', ')}; there are ${candidates.join(', ') || 'none'}`,
    );
  // The untouched source is the picture on the left, so it is no candidate unless it is asked for.
  const chosen = wanted ?? candidates.filter((c) => !record || !known.find((m) => m.name === c)?.control);
  const methods = new Map<string, Map<string, string>>();
  for (const name of chosen) {
    const found = await picturesIn(join(path, name));
    if (found.size) methods.set(name, found);
    else if (record || wanted) throw new UserError(`${join(path, name)}: has no pictures`);
  }
  const sources = [
    ...[...(await picturesIn(path)).entries()].filter(([n]) => n === 'source').map(([, f]) => f),
    ...(record ? [join(path, 'scene', 'photo.png')] : []),
  ];
  for (const model of sources) if (await fs.stat(model).catch(() => null)) return { path, model, methods };
  throw new UserError(
    `${path}: has no source.png, the photograph on the left: ` +
      `${record ? 'compare again, or copy it there' : 'the folder is to hold source.png and METHOD/TARGET.png'}`,
  );
}

/** The methods of a comparison's record. */
async function compared(file: string): Promise<{ name: string; failure: string | null }[]> {
  const text = new TextDecoder().decode(await readInput(file));
  let record: { methods?: { name: string; failure: string | null }[] } | null;
  try {
    record = JSON.parse(text) as typeof record;
  } catch {
    throw new UserError(
      `${file}: is damaged (it is not JSON): compare again, or delete it and keep source.png and METHOD/TARGET.png`,
    );
  }
  if (
    !Array.isArray(record?.methods) ||
    !record.methods.every((m) => typeof m?.name === 'string' && /^[^/\\]+$/.test(m.name))
  )
    throw new UserError(`${file}: is no record of \`semia compare\``);
  return record.methods;
}

/** All questions of all folders. `longSide`: pictures are brought to at most so many pixels. */
export async function readStudy(
  paths: readonly string[],
  {
    methods: wanted,
    longSide,
    notify,
  }: { methods?: readonly string[]; longSide: number; notify: (note: string) => void },
): Promise<StudyInputs> {
  const folders: Folder[] = [];
  for (const path of paths) folders.push(await open(path, wanted, notify));
  const methods = [...folders[0].methods.keys()];
  for (const f of folders) {
    const differ = [...new Set([...methods, ...f.methods.keys()])].filter(
      (m) => !methods.includes(m) || !f.methods.has(m),
    );
    if (differ.length)
      throw new UserError(
        `${f.path}: ${differ.join(', ')} ${differ.length > 1 ? 'are' : 'is'} not in all folders: choose with ` +
          '--methods what all have',
      );
  }
  if (methods.length < 2 || methods.length > 9)
    throw new UserError(
      `${paths.join(', ')}: ` +
        `${methods.length ? `${methods.length} methods (${methods.join(', ')})` : 'no methods'}: two to nine can ` +
        'be ranked',
    );
  const questions: StudyQuestion[] = [];
  for (const [model, f] of folders.entries()) {
    const targets = [...new Set([...f.methods.values()].flatMap((m) => [...m.keys()]))];
    for (const target of targets) {
      const without = methods.find((m) => !f.methods.get(m)!.has(target));
      if (without)
        throw new UserError(
          `${join(f.path, without, `${target}.png`)}: no such file; every method needs a picture of every ` +
            'target (or choose with --methods)',
        );
      const pictures = await Promise.all(methods.map((m) => readPicture(f.methods.get(m)!.get(target)!)));
      questions.push({
        name: folders.length > 1 ? `${nameOf(folders, model)}/${target}` : target,
        model,
        pictures: alike(pictures, longSide),
      });
    }
  }
  return { methods, models: await Promise.all(folders.map((f) => readPicture(f.model))), questions };
}

/** A folder's own name, with a number where two have the same. */
function nameOf(folders: readonly Folder[], i: number): string {
  const name = (f: Folder): string => basename(resolve(f.path));
  const same = folders.filter((f, k) => k < i && name(f) === name(folders[i])).length;
  return same ? `${name(folders[i])}-${same + 1}` : name(folders[i]);
}

/** All in the size of the largest, so that size gives no method away. */
function alike(pictures: readonly Picture[], longSide: number): Picture[] {
  const { width, height, source } = pictures.reduce((a, b) => (b.width > a.width ? b : a));
  const odd = pictures.find(
    (p) => Math.abs(p.width / p.height / (width / height) - 1) > 0.02 + 1 / Math.min(p.width, p.height),
  );
  if (odd)
    throw new UserError(
      `${odd.source}: is ${odd.width} x ${odd.height}, another shape than ${source} (${width} x ${height})`,
    );
  const f = Math.min(1, longSide / Math.max(width, height));
  return pictures.map((p) => resize(p, Math.max(1, Math.round(width * f)), Math.max(1, Math.round(height * f))));
}
