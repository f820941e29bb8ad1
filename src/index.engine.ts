/**
 * The compute engine by itself, for browsers: a WebGPU device, tensors, ops with gradients of every order, a tape,
 * parameters with Adam, steps that are recorded once and replayed, exact patch search, a profiler.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const x = session.lasting([2, 3], 'x', [1, 2, 3, 4, 5, 6]);
 *     const [y] = await session.compute(() => [ops.matmul(x, x, { tb: true })]); // [2,2]
 * @module semia-webgpu/engine
 */
export { DeviceError, openDevice, type Device, type DeviceInfo, type OpenOptions } from './engine/device.ts';
export { Profile, type ProfileRow } from './engine/profile.ts';
export type { Program } from './engine/program.ts';
export { Session, type SessionOptions } from './autograd/session.ts';
export { Tensor, type DType, type KernelLaunch, type Shape } from './autograd/tensor.ts';
export { detach, gradients } from './autograd/tape.ts';
export type { AdamOptions } from './autograd/optimizer/adam.ts';
export type { SpectralKind } from './autograd/optimizer/spectral.ts';
export type { PassName } from './autograd/passes/index.ts';
export { Parameters, type BackwardOptions, type ParameterSpec } from './autograd/parameters.ts';
export { minimize, type Evaluated, type LbfgsOptions, type Minimum } from './autograd/optimizer/lbfgs.ts';
export { measuring, Tuner, type ChoiceStore, type TuneOptions } from './autograd/kernels/tune.ts';
export type { KernelRecord } from './autograd/kernels/choices.ts';
export { indexedDbStore } from './web/choiceStore.ts';
export * as ops from './index.ops.ts';
