/**
 * Weights under the published implementation's names (NVlabs/SPADE, models/networks): fc, head_0, G_middle_0,
 * G_middle_1, up_0 .. up_3, conv_img; in a block conv_0, conv_1, conv_s with weight_orig, weight_u, weight_v and bias,
 * and norm_0, norm_1, norm_s with mlp_shared.0, mlp_gamma, mlp_beta and param_free_norm.running_mean, running_var.
 * Models with a further block (`most`) or a latent vector do not fit.
 */

import type { Session } from '../../../autograd/session.ts';
import { type Shape, sameShape, sizeOf } from '../../../autograd/tensor.ts';
import { UserError } from '../../../data/errors.ts';
import { Declare } from '../../networks/layers.ts';
import type { TensorState } from '../../networks/networks.ts';
import { declareSpadeGenerator, type SpadeSize, type Statistics } from './networks.ts';

type Tensors = ReadonlyMap<string, { shape: Shape; data: Float32Array }>;
export interface SpadeWeights {
  size: SpadeSize;
  /** For Parameters.restore. */
  state: TensorState;
  /** mean and variance [C] by normalization. */
  running: Map<string, { mean: Float32Array; variance: Float32Array }> | null;
}

/** Reads a generator's tensors. @throws UserError naming a few that are missing, misshapen or unknown. */
export function readSpadeWeights(tensors: Tensors, file: string): SpadeWeights {
  const given = new Map([...tensors].map(([k, v]) => [k.replace(/^(?:module\.|netG\.)+/, ''), v]));
  const [fc, shared] = [given.get('fc.weight')?.shape, given.get('head_0.norm_0.mlp_shared.0.weight')?.shape];
  if (fc?.length !== 4 || shared?.length !== 4 || fc[0] % 16) {
    throw new UserError(
      `${file}: is no generator of the published SPADE: 'fc.weight' [16 ngf, classes, 3, 3] and ` +
        `'head_0.norm_0.mlp_shared.0.weight' [128, classes, 3, 3] are ${fc ? `[${fc}]` : 'missing'} ` +
        `and ${shared ? `[${shared}]` : 'missing'}`,
    );
  }
  const size = { width: fc[0] / 16, classes: fc[1], hidden: shared[0] };
  const d = new Declare((_name, shape) => new Float32Array(sizeOf(shape)), true);
  declareSpadeGenerator(d, size);
  const state: TensorState = new Map();
  const wrong: string[] = [];
  const used = new Set<string>();
  const take = (key: string, shape: Shape): Float32Array => {
    used.add(key);
    const found = given.get(key);
    if (found && sameShape(found.shape, shape) && found.data.every((v) => Number.isFinite(v))) return found.data;
    wrong.push(
      !found
        ? `'${key}' is missing`
        : sameShape(found.shape, shape)
          ? `'${key}' has values that are no numbers`
          : `'${key}' is [${found.shape}] and not [${shape}]`,
    );
    return new Float32Array(sizeOf(shape));
  };
  for (const { name, shape, spectral } of d.specs) {
    const zeros = { shape, data: new Float32Array(sizeOf(shape)) };
    state
      .set(name, { shape, data: take(spectral ? `${name}_orig` : name, shape) })
      .set(`${name}.adam1`, zeros)
      .set(`${name}.adam2`, zeros);
    if (!spectral) continue;
    state.set(`${name}.u`, { shape: [shape[0]], data: take(`${name}_u`, [shape[0]]) });
    state.set(`${name}.v`, { shape: [sizeOf(shape.slice(1))], data: take(`${name}_v`, [sizeOf(shape.slice(1))]) });
  }
  const has = [...given.keys()].some((k) => k.endsWith('param_free_norm.running_mean'));
  const running = has
    ? new Map(
        [...d.norms].map(([name, c]) => [
          name,
          {
            mean: take(`${name}.param_free_norm.running_mean`, [c]),
            variance: take(`${name}.param_free_norm.running_var`, [c]),
          },
        ]),
      )
    : null;
  for (const k of given.keys()) if (!used.has(k) && !k.includes('param_free_norm.')) wrong.push(`'${k}' is unknown`);
  if (wrong.length)
    throw new UserError(
      `${file}: is no generator of the published SPADE with five upsamplings: ` +
        `${wrong.slice(0, 3).join(', ')}${wrong.length > 3 ? ` and ${wrong.length - 3} more` : ''}`,
    );
  return { size, state, running };
}

/** A file's running statistics on the device. */
export const statisticsOf = (
  session: Session,
  running: NonNullable<SpadeWeights['running']>,
): Map<string, Statistics> =>
  new Map(
    [...running].map(([name, { mean, variance }]) => {
      const wide = (data: Float32Array, what: string) =>
        session.lasting([1, data.length, 1, 1], `${name}.${what}`, data);
      return [
        name,
        {
          mean: wide(mean, 'mean'),
          rstd: wide(
            variance.map((v) => 1 / Math.sqrt(v + 1e-5)),
            'rstd',
          ),
        },
      ];
    }),
  );
