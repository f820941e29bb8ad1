/** The device of a command. It is opened after everything else has been checked. */

import type { PassName } from '../autograd/passes/index.ts';
import { Session } from '../autograd/session.ts';
import { UserError } from '../data/errors.ts';
import { DeviceError } from '../engine/device.ts';
import { openNodeDevice, passesFromEnvironment } from '../node/gpu.ts';

/** A device error as a UserError where the user can do something about it, else the error itself. */
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

/** The graph passes that SEMIA_DISABLE_PASSES switches off. @throws UserError if it names what is no pass. */
function passesSwitchedOff(): readonly PassName[] {
  try {
    return passesFromEnvironment();
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}

/** A session on the machine's device. @throws UserError if there is none or a flag is wrong. */
export async function openSession(): Promise<Session> {
  const disabledPasses = passesSwitchedOff();
  try {
    return new Session(await openNodeDevice(), undefined, { disabledPasses });
  } catch (error) {
    throw explainDevice(error);
  }
}
