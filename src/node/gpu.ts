/** The WebGPU entry point for Node: Dawn, through npm `webgpu`. Everything above gets it passed in. */
import { openDevice, type Device, type OpenOptions } from '../engine/device.ts';
import { chooseVectors } from './vectors.ts';

/**
 * Opens a device in Node. Dawn's process stays alive while its GPU object is reachable: programs end with process.exit.
 * @throws DeviceError `no-adapter` when no driver answers.
 */
export async function openNodeDevice(options: OpenOptions = {}): Promise<Device> {
  chooseVectors();
  const { create } = await import('webgpu');
  return openDevice(create([]) as unknown as GPU, options);
}
