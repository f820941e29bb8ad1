/**
 * Generators of the authors' released code (ddlee-cn/SemIA, commit 46114d3) and ours under preset `code`: the same
 * network, other names.
 *
 * The names are those that PyTorch gives the modules of that commit's generator.py and network.py; no trained file was
 * at hand to check them against. Files may have them behind `module.` (DataParallel) or `model.`. What has no
 * counterpart here:
 *  - biases in front of a batch normalization, which cancel: an import moves the running mean instead, an export writes
 *  zeros;
 *  - E_seg's tail, which no layer uses: an import leaves it out, an export writes seeded values, so that a strict load
 *  finds all names;
 *  - weight_v: at inference PyTorch takes sigma = u W v with u and v as saved, so v is kept as `<weight>.v` beside our
 *  u.
 */

import { rightVector } from '../../autograd/optimizer/spectral.ts';
import { type Shape, sizeOf } from '../../autograd/tensor.ts';
import { UserError } from '../../data/errors.ts';
import type { Config } from '../config.ts';
import type { TensorState } from '../networks/networks.ts';
import { declareGenerator } from './generator.ts';
import { Declare, seededInit } from './layers.ts';
import { generatorOptions } from './networks.ts';

type Tensors = ReadonlyMap<string, { shape: Shape; data: Float32Array }>;
/** Our name of a layer and theirs; `bias`: theirs has one, and a normalization behind it. */
interface Layer {
  ours: string;
  theirs: string;
  bias: boolean;
}

const prefixes = /^(?:module\.|model\.)+/;
/** The first key that a generator's width can be read from. */
const headKey = 'encoder_i.head_block.main.1.weight_orig';

function layersOf(levels: number): { convs: Layer[]; norms: Layer[] } {
  const convs: Layer[] = [];
  const norms: Layer[] = [];
  const both = (conv: string, norm: string, at: string, i: number, bias: boolean): void => {
    convs.push({ ours: conv, theirs: `${at}.${i}`, bias });
    norms.push({ ours: norm, theirs: `${at}.${i + 1}`, bias });
  };
  const edge = (ours: string, theirs: string): void => both(`${ours}.conv`, `${ours}.norm`, `${theirs}.main`, 1, false);
  const block = (ours: string, theirs: string, resized: string): void => {
    for (const [k, i] of [0, 4, 7].entries())
      both(`${ours}.res.conv${k + 1}`, `${ours}.res.norm${k + 1}`, `${theirs}.res_block.conv_block`, i, true);
    both(`${ours}.conv`, `${ours}.norm`, `${theirs}.main`, 0, true);
    both(`${ours}.${resized}`, `${ours}.${resized}Norm`, `${theirs}.main`, 3, true);
  };
  for (const [ours, theirs] of [
    ['encSeg', 'encoder_c'],
    ['encImg', 'encoder_i'],
  ]) {
    edge(`${ours}.head`, `${theirs}.head_block`);
    for (let l = 0; l < levels; l++) block(`${ours}.${l}`, `${theirs}.down_block.${l}`, 'down');
  }
  edge('encImg.tail', 'encoder_i.tail_block');
  edge('dec.head', 'decoder_i.head_block');
  for (let l = 0; l < levels; l++) block(`dec.${l}`, `decoder_i.up_block.${levels - 1 - l}`, 'up');
  edge('dec.tail', 'decoder_i.tail_block');
  for (const [ours, theirs] of [
    ['scale', 'FiLM_c2i_alpha'],
    ['shift', 'FiLM_c2i_beta'],
  ]) {
    for (let l = 0; l < levels; l++) {
      const at = `${theirs}.bottlenecks.${l}`;
      for (const [k, i] of [0, 3, 5].entries())
        convs.push({ ours: `sft.${l}.${ours}.res.conv${k + 1}`, theirs: `${at}.0.conv_block.${i}`, bias: false });
      convs.push(
        { ours: `sft.${l}.${ours}.fc1`, theirs: `${at}.1`, bias: false },
        { ours: `sft.${l}.${ours}.fc2`, theirs: `${at}.3`, bias: false },
      );
    }
  }
  return { convs, norms };
}

/** The released names, with what may stand before them taken away. */
export const withoutPrefix = (name: string): string => name.replace(prefixes, '');

/** Base width and levels of a generator's file. @throws UserError where it is none of the released code's. */
export function sizeOfReleased(tensors: Tensors, file: string): { width: number; levels: number } {
  const found = new Set([...tensors.keys()].map(withoutPrefix));
  const head = [...tensors].find(([k]) => withoutPrefix(k) === headKey)?.[1];
  if (!head)
    throw new UserError(
      `${file}: is no generator of the authors' released code: ` +
        `'${headKey}' is missing${listed([...tensors.keys()], 'it has')}`,
    );
  let levels = 0;
  while (found.has(`encoder_i.down_block.${levels}.main.0.weight_orig`)) levels++;
  const width = head.shape[0];
  if (!levels || head.shape.length !== 4 || width % 4)
    throw new UserError(
      `${file}: '${headKey}' is [${head.shape}] and there are ${levels} down blocks: a width that is a ` +
        'multiple of 4 and at least one level are expected',
    );
  return { width, levels };
}

const listed = (names: readonly string[], what: string): string =>
  names.length
    ? `; ${what} ${names
        .slice(0, 3)
        .map((n) => `'${n}'`)
        .join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
    : '';

/** What our generator of this configuration is made of, by name, without allocating it. */
function declared(c: Config): Declare {
  const d = new Declare((_name, shape) => new Float32Array(sizeOf(shape)), true);
  declareGenerator(d, generatorOptions(c, 3));
  return d;
}

/**
 * A generator's state under our names: parameters, `.u`, `.v` and `.running`; Adam's moments are zero.
 * @throws UserError that lists a few of the missing, misshapen and unknown names.
 */
export function fromReleased(tensors: Tensors, c: Config, file: string): TensorState {
  const { convs, norms } = layersOf(c.network.levels);
  const given = new Map([...tensors].map(([k, v]) => [withoutPrefix(k), v]));
  const used = new Set<string>();
  const missing: string[] = [];
  const wrong: string[] = [];
  const out: TensorState = new Map();
  const take = (key: string, shape: Shape): Float32Array => {
    used.add(key);
    const found = given.get(key);
    if (!found) missing.push(key);
    else if (
      sizeOf(found.shape) !== sizeOf(shape) ||
      found.shape.length !== shape.length ||
      found.shape.some((n, i) => n !== shape[i])
    )
      wrong.push(`'${key}' is [${found.shape}] and not [${shape}]`);
    else if (found.data.some((v) => !Number.isFinite(v))) wrong.push(`'${key}' has values that are no numbers`);
    else return found.data;
    return new Float32Array(sizeOf(shape));
  };
  const shapes = new Map(declared(c).specs.map((s) => [s.name, s.shape]));
  const put = (name: string, data: Float32Array): void => {
    const shape = shapes.get(name) ?? [data.length];
    out.set(name, { shape, data });
    for (const moment of ['.adam1', '.adam2'])
      if (shapes.has(name)) out.set(name + moment, { shape, data: new Float32Array(data.length) });
  };
  const biases = new Map<string, Float32Array>();
  for (const { ours, theirs, bias } of convs) {
    const shape = shapes.get(`${ours}.weight`)!;
    const rows = shape[ours.endsWith('.up') ? 1 : 0];
    put(`${ours}.weight`, take(`${theirs}.weight_orig`, shape));
    put(`${ours}.weight.u`, take(`${theirs}.weight_u`, [rows]));
    put(`${ours}.weight.v`, take(`${theirs}.weight_v`, [sizeOf(shape) / rows]));
    if (shapes.has(`${ours}.bias`)) put(`${ours}.bias`, take(`${theirs}.bias`, [rows]));
    else if (bias) biases.set(nextOf(theirs), take(`${theirs}.bias`, [rows]));
  }
  for (const { ours, theirs } of norms) {
    const [channels] = shapes.get(`${ours}.gamma`)!;
    put(`${ours}.gamma`, take(`${theirs}.weight`, [channels]));
    put(`${ours}.beta`, take(`${theirs}.bias`, [channels]));
    const [mean, variance] = [take(`${theirs}.running_mean`, [channels]), take(`${theirs}.running_var`, [channels])];
    const before = biases.get(theirs);
    out.set(`${ours}.running`, {
      shape: [2 * channels],
      data: Float32Array.from({ length: 2 * channels }, (_, i) =>
        i < channels ? mean[i] - (before?.[i] ?? 0) : variance[i - channels],
      ),
    });
  }
  const unread = /^encoder_c\.tail_block\.|\.num_batches_tracked$/;
  const unknown = [...given.keys()].filter((k) => !used.has(k) && !unread.test(k));
  if (missing.length || wrong.length || unknown.length) {
    const quoted = missing.map((k) => `'${k}'`);
    const part = (list: string[], what: string): string =>
      (list.length
        ? [`${what} ${list.slice(0, 3).join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`]
        : []
      ).join('');
    throw new UserError(
      `${file}: is no generator of the authors' released code: ${[
        part(quoted, 'missing are'),
        part(wrong, 'misshapen are'),
        part(
          unknown.map((k) => `'${k}'`),
          'unknown are',
        ),
      ]
        .filter(Boolean)
        .join('; ')}`,
    );
  }
  return out;
}

/** 'a.b.3' -> 'a.b.4': the normalization behind a convolution. */
const nextOf = (name: string): string => name.replace(/\d+$/, (n) => String(Number(n) + 1));

/**
 * The generator of a run's state (names without `G.`) as the released code names it. v is such that PyTorch's inference
 * finds the sigma that rendering finds here, and u as it is, so what is read back has the same bits. @throws UserError
 * for a run of another architecture.
 */
export function toReleased(state: Tensors, c: Config, run: string): TensorState {
  const n = c.network;
  const other = (
    [
      ['sft', 'residual'],
      ['ratio', 'raw'],
      ['norm', 'batch'],
      ['output', 'linear'],
      ['condition', 'color'],
      ['tail', 'normed'],
      ['variance', 'unbiased'],
    ] as const
  ).filter(([k, v]) => n[k] !== v);
  if (other.length)
    throw new UserError(
      `${run}: is of preset ${c.preset}, whose generator the released code cannot run (${other
        .map(([k, v]) => `${k} is ${n[k] ?? 'not'} and not ${v}`)
        .slice(0, 3)
        .join(', ')}): only runs of preset code are exported; this run's own weights are its .safetensors file`,
    );
  const { convs, norms } = layersOf(n.levels);
  const out: TensorState = new Map();
  const get = (name: string): { shape: Shape; data: Float32Array } => {
    const found = state.get(name);
    if (!found) throw new UserError(`${run}: has no ${name}: it was saved by another version, or damaged`);
    return found;
  };
  for (const { ours, theirs, bias } of convs) {
    const w = get(`${ours}.weight`);
    const u = get(`${ours}.weight.u`).data;
    const kind = ours.endsWith('.up') ? ('transposed' as const) : ('conv' as const);
    const v = state.get(`${ours}.weight.v`)?.data ?? rightVector(w.data, w.shape, kind, u);
    out.set(`${theirs}.weight_orig`, w);
    out.set(`${theirs}.weight_u`, { shape: [u.length], data: u });
    out.set(`${theirs}.weight_v`, { shape: [v.length], data: v });
    if (state.has(`${ours}.bias`)) out.set(`${theirs}.bias`, get(`${ours}.bias`));
    else if (bias) out.set(`${theirs}.bias`, { shape: [u.length], data: new Float32Array(u.length) });
  }
  const vector = (data: Float32Array): { shape: Shape; data: Float32Array } => ({ shape: [data.length], data });
  const norm = (theirs: string, gamma: Float32Array, beta: Float32Array, running: Float32Array): void => {
    for (const [k, data] of [
      ['weight', gamma],
      ['bias', beta],
      ['running_mean', running.slice(0, gamma.length)],
      ['running_var', running.slice(gamma.length)],
    ] as const)
      out.set(`${theirs}.${k}`, vector(data));
  };
  for (const { ours, theirs } of norms)
    norm(theirs, get(`${ours}.gamma`).data, get(`${ours}.beta`).data, get(`${ours}.running`).data);
  unusedTail(out, n.generator * 2 ** n.levels, norm);
  return out;
}

/** E_seg's tail, which the released code has and never reads. */
function unusedTail(
  out: TensorState,
  channels: number,
  norm: (theirs: string, gamma: Float32Array, beta: Float32Array, running: Float32Array) => void,
): void {
  const init = seededInit(0);
  const at = 'encoder_c.tail_block.main';
  const shape = [channels, channels, 3, 3];
  const [w, u] = [init(`${at}.1`, shape, 'weight'), init(`${at}.1.u`, [channels], 'unit')];
  out.set(`${at}.1.weight_orig`, { shape, data: w });
  out.set(`${at}.1.weight_u`, { shape: [channels], data: u });
  out.set(`${at}.1.weight_v`, { shape: [9 * channels], data: rightVector(w, shape, 'conv', u) });
  const of = (value: number, count = channels): Float32Array => new Float32Array(count).fill(value);
  norm(`${at}.2`, of(1), of(0), Float32Array.from([...of(0), ...of(1)]));
}
