/** Errors as the page is told of them. */
import { isUserError } from '../../data/errors.ts';
import { DeviceError } from '../../engine/device.ts';
import type { Failure } from '../engineProtocol.ts';

/** A failure as the page will be told of it. */
export class WorkerError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Training sizes that are offered instead of one that was too much, largest first. */
const sizes = [512, 384, 256, 192, 160, 128, 96, 64, 48, 32];
export const smallerThan = (size: number): number | undefined => sizes.find((s) => s <= size * 0.8);

/** `size`: the training size in use, to offer a smaller one where memory ran out. */
export function failureOf(error: unknown, size = 0): Failure {
  if (error instanceof WorkerError) return error.failure;
  // A UserError too, where the model knows the command line's word for it.
  if (isMemory(error) || (error instanceof Error && isMemory(error.cause))) return outOfMemory(size);
  if (isUserError(error)) return { kind: 'user', message: error.message };
  if (error instanceof DeviceError) {
    switch (error.kind) {
      case 'no-webgpu':
        return { kind: 'no-webgpu', message: 'this browser offers no WebGPU here' };
      case 'no-adapter':
        return { kind: 'no-adapter', message: 'this browser has WebGPU, but no graphics adapter that it may use' };
      case 'lost':
        return { kind: 'lost', message: error.message };
      case 'out-of-memory':
        return outOfMemory(size);
      default:
        return { kind: 'internal', message: error.message };
    }
  }
  return { kind: 'internal', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

/** The engine's and the browser's own word for a buffer that cannot be had. */
const isMemory = (e: unknown): boolean => e instanceof RangeError && /bytes|memory|allocation/i.test(e.message);

const less = (size: number): string => `a training size of ${size} needs less`;

function outOfMemory(size: number): Failure {
  const smaller = size ? smallerThan(size) : undefined;
  return {
    kind: 'out-of-memory',
    message: `the device has not enough memory for this: ${smaller ? less(smaller) : 'use a smaller size'}`,
    ...(smaller && { smaller }),
  };
}

/** The device ended while a training of this size was being prepared. */
export function endedPreparing(size: number): Failure {
  const smaller = smallerThan(size);
  return {
    kind: 'lost',
    message:
      'The graphics device gave up while this training was being prepared, most likely for want of memory' +
      `${smaller ? `: ${less(smaller)}` : ''}.`,
    ...(smaller && { smaller }),
  };
}
