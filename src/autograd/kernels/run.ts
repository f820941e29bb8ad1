/** Running a plan: its launches recorded over tensors. */
import type { OpSession, Tensor } from '../tensor.ts';
import type { Plan } from './plan.ts';

/** Records a plan's launches with its buffer names bound to tensors. Scratch buffers are tensors of the step. */
export function runPlan(session: OpSession, plan: Plan, tensors: Readonly<Record<string, Tensor>>): void {
  const scratch = plan.scratch.map((bytes, i) => session.temporary([Math.ceil(bytes / 4)], `${plan.name}.scratch${i}`));
  const find = (name: string): Tensor => (name.startsWith('scratch') ? scratch[Number(name.slice(7))] : tensors[name]);
  for (const step of plan.steps)
    session.launch(step.kernel, Object.fromEntries(Object.entries(step.buffers).map(([k, v]) => [k, find(v)])), step);
}
