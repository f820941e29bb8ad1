/** A command that wanted more than a buffer or a binding of the adapter says so in one line, with numbers. */
import * as assert from 'uvu/assert';
import { add } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { Session } from '../../src/autograd/session.ts';
import { explainDevice } from '../../src/cli/session.ts';
import { openNodeDevice } from '../../src/node/gpu.ts';
import { test } from '../support/suite.ts';

test('what the device itself refuses as too large is explained; other errors are left alone', async () => {
  const session = new Session(await openNodeDevice());
  const { maxBufferSize, maxStorageBufferBindingSize } = session.device.limits;
  const explained = async (work: () => Promise<unknown>): Promise<Error> => {
    try {
      await work();
    } catch (error) {
      return explainDevice(error) as Error;
    }
    return assert.unreachable('the device took it') as never;
  };
  const line = /^this size needs \d+ MB in one piece, and this adapter holds \d+ MB: make it smaller/;
  const beyond = await explained(async () => session.lasting([maxBufferSize / 4 + 64], 'beyond'));
  assert.is(beyond.name, 'UserError');
  assert.match(beyond.message, line);
  // Where a binding may be as large as a buffer, there is nothing that only a binding refuses.
  if (maxStorageBufferBindingSize < maxBufferSize && maxStorageBufferBindingSize <= 1 << 28) {
    const bound = await explained(async () => {
      const x = session.lasting([maxStorageBufferBindingSize / 4 + 64], 'bound');
      await session.compute(() => [add(x, x)]);
      await session.idle();
      session.device.check();
    });
    assert.is(bound.name, 'UserError', bound.message);
    assert.match(bound.message, line);
  }
  const other = new RangeError('out of range');
  assert.is(explainDevice(other), other);
  session.device.destroy();
});
test.run();
