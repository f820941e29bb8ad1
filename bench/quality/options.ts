/** What `npm run bench:quality -- ...` takes. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../src/data/errors.ts';
import { type QualityMethod, qualityMethods } from './methods.ts';

export interface QualityOptions {
  minutes: number;
  only: string[];
  methods: QualityMethod[];
  size: number | null;
  targets: number;
  seed: number;
  runs: string | null;
  examples: string;
  out: string;
}

export const help = `npm run bench:quality -- [options]
  --minutes N       for everything, trainings included (default: 40)
  --only NAMES      scenes, separated by commas (default: all painted ones and those of --examples)
  --methods NAMES   of ${qualityMethods.map((m) => m.name).join(', ')} (default: all); the others are compared with
                    the first
  --size N          longer side: of painted scenes (default: 600), and at most of photographs (default: their own)
  --targets N       of each photograph, at most (default: 2)
  --seed N          (default: 0)
  --runs FOLDER     take the run folder FOLDER/SCENE in place of a training
  --examples FOLDER photographs with layouts (default: ../shared/examples, where that is)
  --out FOLDER      for the pictures, the page, results.csv and results.json (default: out/quality)`;

function integer(name: string, text: string, least: number, most: number): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < least || n > most)
    throw new UserError(`--${name} ${text}: give a whole number from ${least} to ${most}`);
  return n;
}

/** Throws UserError for what is no option or no value of one. `root`: the project's folder. */
export function readOptions(args: readonly string[], root: string): QualityOptions {
  const text = { type: 'string' } as const;
  let values: Partial<
    Record<'minutes' | 'only' | 'methods' | 'size' | 'targets' | 'seed' | 'runs' | 'examples' | 'out', string>
  >;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        ...{ minutes: text, only: text, methods: text, size: text, targets: text },
        ...{ seed: text, runs: text, examples: text, out: text },
      },
    }));
  } catch (e) {
    throw new UserError((e as Error).message, help);
  }
  const list = (value = ''): string[] => value.split(',').filter(Boolean);
  const minutes = Number(values.minutes ?? 40);
  if (!(minutes > 0)) throw new UserError(`--minutes ${values.minutes}: give a number above 0`);
  const named = list(values.methods);
  const methods = (named.length ? named : qualityMethods.map((m) => m.name)).map((name) => {
    const method = qualityMethods.find((m) => m.name === name);
    if (!method)
      throw new UserError(
        `--methods ${name}: there is no such method; there are ${qualityMethods.map((m) => m.name).join(', ')}`,
      );
    return method;
  });
  return {
    minutes,
    methods,
    only: list(values.only),
    size: values.size === undefined ? null : integer('size', values.size, 32, 8192),
    targets: integer('targets', values.targets ?? '2', 1, 100),
    seed: integer('seed', values.seed ?? '0', 0, 2 ** 31 - 1),
    runs: values.runs === undefined ? null : resolve(values.runs),
    examples: resolve(values.examples ?? resolve(root, '../shared/examples')),
    out: resolve(values.out ?? resolve(root, 'out/quality')),
  };
}
