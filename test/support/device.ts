/** One session for all device tests of a file; every test runs inside error scopes. */
import { Session } from '../../src/autograd/session.ts';
import { openNodeDevice, passesFromEnvironment } from '../../src/node/gpu.ts';

let session: Promise<Session> | null = null;
export const testSession = (): Promise<Session> =>
  (session ??= openNodeDevice().then((d) => new Session(d, undefined, { disabledPasses: passesFromEnvironment() })));

/** Runs `body` and fails if the device reported any error meanwhile. */
export async function scoped<T>(body: (session: Session) => Promise<T>): Promise<T> {
  const s = await testSession();
  const gpu = s.device.gpu;
  for (const filter of ['validation', 'out-of-memory', 'internal'] as const) gpu.pushErrorScope(filter);
  let result: T | undefined;
  let thrown: unknown;
  try {
    result = await body(s);
  } catch (error) {
    thrown = error;
  }
  const errors = await Promise.all([gpu.popErrorScope(), gpu.popErrorScope(), gpu.popErrorScope()]);
  if (thrown) throw thrown;
  for (const e of errors) if (e) throw new Error(`device error: ${e.message}`);
  return result as T;
}
