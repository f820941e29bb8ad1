/** Errors as failures of the protocol, with messages for people. */
import { isUserError } from '../../data/errors.ts';
import { DeviceError } from '../../engine/device.ts';
import type { Failure } from '../engineProtocol.ts';

/** An error that carries its failure. */
export class WorkerError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Training sizes to offer where one needed too much memory, in pixels, largest first. */
const sizes = [512, 384, 256, 192, 160, 128, 96, 64, 48, 32];
/** The largest size to offer after `size`, at most 0.8 of it; undefined where there is none. */
export const smallerThan = (size: number): number | undefined => sizes.find((s) => s <= size * 0.8);

/** Any error as a failure. `size`: the training size in use, for offering a smaller one where memory ran out. */
export function failureOf(error: unknown, size = 0): Failure {
  if (error instanceof WorkerError) return error.failure;
  // The model wraps some of these in a UserError that names a command-line option.
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

/** The engine and browsers throw a RangeError for a buffer that they cannot allocate. */
const isMemory = (e: unknown): boolean => e instanceof RangeError && /bytes|memory|allocation/i.test(e.message);

function outOfMemory(size: number): Failure {
  const smaller = size ? smallerThan(size) : undefined;
  const advice = smaller ? `a training size of ${smaller} needs less` : 'use a smaller size';
  return {
    kind: 'out-of-memory',
    message: `the device has not enough memory for this: ${advice}`,
    ...(smaller && { smaller }),
  };
}

/** The failure of a device that was lost while a training of this size was being prepared. */
export function endedPreparing(size: number): Failure {
  const smaller = smallerThan(size);
  const advice = smaller ? `: a training size of ${smaller} needs less` : '';
  return {
    kind: 'lost',
    message:
      'The graphics device gave up while this training was being prepared, ' +
      `most likely for want of memory${advice}.`,
    ...(smaller && { smaller }),
  };
}
