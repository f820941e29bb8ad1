/**
 * How a run's kernels are chosen. One seed on one adapter gives one result, so a run keeps to what it began with: its
 * record says whether kernels were measured and which came out, and going on or painting takes over the same.
 */
import type { KernelRecord } from '../../autograd/kernels/choices.ts';
import type { Session } from '../../autograd/session.ts';
import type { RunRecord } from './runRecord.ts';

/**
 * Measured on GPUs; fixed on software adapters, whose timings depend on what else the processor does, and with
 * --deterministic.
 */
export const kernelChoice = (
  session: Pick<Session, 'device'>,
  deterministic: boolean,
  record?: Pick<RunRecord, 'kernels'>,
): KernelRecord['choice'] =>
  record ? (record.kernels?.choice ?? 'fixed') : deterministic || session.device.info.software ? 'fixed' : 'measured';

/** Takes over a run's kernels. On another adapter than the run's they mean nothing, and its bits are others anyway. */
export function adoptKernels(
  session: Pick<Session, 'device' | 'choices'>,
  record: Pick<RunRecord, 'kernels' | 'adapter'>,
): void {
  const { vendor, architecture, description } = session.device.info;
  const { adapter: a } = record;
  if (record.kernels && a.vendor === vendor && a.architecture === architecture && a.description === description)
    session.choices.adopt(record.kernels.variants);
}
