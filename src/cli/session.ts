/** The device of a command. It is opened after everything else has been checked. */

import type { PassName } from '../autograd/passes/index.ts';
import { Session, type SessionOptions } from '../autograd/session.ts';
import { UserError } from '../data/errors.ts';
import { DeviceError } from '../engine/device.ts';
import { openNodeDevice, passesFromEnvironment } from '../node/gpu.ts';

/**
 * What a command wanted in one piece, and the adapter's most, in bytes, where that is why it failed. Sizes are refused
 * before anything is computed where they can be estimated; this is for the rest.
 */
function tooLarge(error: unknown): RegExpExecArray | null {
  const { message } = error as Error;
  if (error instanceof RangeError)
    return /needs (\d+) bytes, more than the adapter's largest buffer \((\d+)\)/.exec(message);
  return /Binding size \((\d+)\)[\s\S]*?larger than[\s\S]*?(\d{4,})/.exec(message);
}

/** A device error as a UserError where the user can do something about it, else the error itself. */
export function explainDevice(error: unknown): unknown {
  const sizes = error instanceof Error ? tooLarge(error) : null;
  if (sizes)
    return new UserError(
      `this size needs ${Math.ceil(Number(sizes[1]) / 1e6)} MB in one piece, and this adapter holds ` +
        `${Math.floor(Number(sizes[2]) / 1e6)} MB: make it smaller (--output-size, or --size)`,
    );
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

/** Makes the session of a command. */
export type SessionSource = (options: SessionOptions) => Promise<Session>;
let source: SessionSource = async (options) => new Session(await openNodeDevice(), undefined, options);

/**
 * From now on commands get their sessions from `other`. For tests, which run many command lines in one process on one
 * device.
 */
export const takeSessionsFrom = (other: SessionSource): void => {
  source = other;
};

/** A session on the machine's device. @throws UserError if there is none or a flag is wrong. */
export async function openSession(): Promise<Session> {
  const disabledPasses = passesSwitchedOff();
  try {
    return await source({ disabledPasses });
  } catch (error) {
    throw explainDevice(error);
  }
}
