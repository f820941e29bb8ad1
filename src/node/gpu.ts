/** The WebGPU entry point for Node: Dawn, through npm `webgpu`. Everything above gets it passed in. */

import { type PassName, parsePassNames } from '../autograd/passes/index.ts';
import { type Device, type OpenOptions, openDevice } from '../engine/device.ts';
import { optionalPackage } from './optionalPackage.ts';
import { pauseWhilePolling } from './polling.ts';
import { chooseVectors } from './vectors.ts';

/**
 * Opens a device in Node. Dawn's process stays alive while its GPU object is reachable: programs end with process.exit.
 * @throws DeviceError `no-adapter` when no driver answers; UserError where the npm package `webgpu` is not installed.
 */
export async function openNodeDevice(options: OpenOptions = {}): Promise<Device> {
  chooseVectors();
  const { create } = await optionalPackage('webgpu', 'computing in Node', () => import('webgpu'));
  const device = await openDevice(create([]) as unknown as GPU, options);
  if (device.info.software) pauseWhilePolling();
  return device;
}

/**
 * The graph passes to leave out: the value of SEMIA_DISABLE_PASSES, e.g. `epilogues,batchedPairs` or `all`.
 * @throws Error naming what is no pass.
 */
export const passesFromEnvironment = (env: NodeJS.ProcessEnv = process.env): readonly PassName[] => {
  const text = env.SEMIA_DISABLE_PASSES ?? '';
  try {
    return parsePassNames(text);
  } catch (error) {
    throw new Error(`SEMIA_DISABLE_PASSES: ${(error as Error).message}`);
  }
};
