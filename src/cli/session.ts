/** The device of a command, opened after everything else has been checked. */
import { UserError } from '../data/errors.ts';
import { Session } from '../autograd/session.ts';
import { DeviceError } from '../engine/device.ts';
import { openNodeDevice } from '../node/gpu.ts';

/**
 * What a device problem means to the user: a UserError where something can be done about it, the error itself where
 * not.
 */
export function explainDevice(error: unknown): unknown {
  if (!(error instanceof DeviceError)) return error;
  switch (error.kind) {
    case 'no-adapter':
      return new UserError('no WebGPU adapter was found: `semia doctor` says what is missing');
    case 'no-webgpu':
      return new UserError(`WebGPU is not available here (${error.message}): \`semia doctor\` says what is missing`);
    case 'out-of-memory':
      return new UserError(error.message);
    default:
      return error;
  }
}

export async function openSession(): Promise<Session> {
  try {
    return new Session(await openNodeDevice());
  } catch (error) {
    throw explainDevice(error);
  }
}
