// tfjs-backend-webgpu, ready, with a way to wait for it: its compute pass has to end before a submit holds the work.
import { version } from './serve.mjs';

export const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-backend-webgpu');
if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs finds no WebGPU adapter');
await tf.ready();
export const versions = { tfjs: version('@tensorflow/tfjs-core') };
export async function finished() {
  const backend = tf.backend();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.queue.onSubmittedWorkDone();
}
