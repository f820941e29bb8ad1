/**
 * The compute engine by itself, for browsers: a WebGPU device, tensors, ops with gradients of every order, a tape,
 * parameters with Adam, steps that are recorded once and replayed, exact patch search, a profiler.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const x = session.lasting([2, 3], 'x', [1, 2, 3, 4, 5, 6]);
 *     const [y] = await session.compute(() => [ops.matmul(x, x, { tb: true })]); // [2,2]
 * @module semia-webgpu/engine
 */

export type { KernelRecord } from './autograd/kernels/choices.ts';
export { type ChoiceStore, measuring, type TuneOptions, Tuner } from './autograd/kernels/tune.ts';
export type { AdamOptions } from './autograd/optimizer/adam.ts';
export { type Evaluated, type LbfgsOptions, type Minimum, minimize } from './autograd/optimizer/lbfgs.ts';
export type { SpectralKind } from './autograd/optimizer/spectral.ts';
export { type BackwardOptions, type ParameterSpec, Parameters } from './autograd/parameters.ts';
export type { PassName } from './autograd/passes/index.ts';
export { Session, type SessionOptions } from './autograd/session.ts';
export { detach, gradients } from './autograd/tape.ts';
export { type DType, type KernelLaunch, type Shape, Tensor } from './autograd/tensor.ts';
export { type Device, DeviceError, type DeviceInfo, type OpenOptions, openDevice } from './engine/device.ts';
export { Profile, type ProfileRow } from './engine/profile.ts';
export type { Program } from './engine/program.ts';
export * as ops from './index.ops.ts';
export { indexedDbStore } from './web/choiceStore.ts';
