/** How the command line chooses kernels: by measuring, with what was measured kept in the user's cache folder. */
import type { KernelRecord } from '../../autograd/kernels/choices.ts';
import { Tuner } from '../../autograd/kernels/tune.ts';
import type { Session } from '../../autograd/session.ts';
import { fileStore } from '../../node/choiceStore.ts';
import { versions } from '../../node/version.ts';

export { adoptKernels, kernelChoice } from '../../model/run/runKernels.ts';

export const tunerFor = (session: Session, choice: KernelRecord['choice']): Tuner | null =>
  choice === 'measured' ? new Tuner(session, { store: fileStore(), environment: `webgpu ${versions().webgpu}` }) : null;
