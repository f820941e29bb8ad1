/** Running a plan: an op's launches as data, over buffers it names, chosen by shape and adapter in the op's `.plan.ts`. */
import type { Session, Tensor } from './tensor.ts';

/** One launch. `buffers`: binding name -> a tensor's name, or 'scratch0', 'scratch1', ... */
export interface Dispatch {
  kernel: WgslModule; buffers: Record<string, string>; params: Record<string, number>;
  constants?: Record<string, number>; groups: [number, number, number];
}
export interface Plan { name: string; /** Bytes of each scratch buffer. */ scratch: number[]; steps: Dispatch[] }

export interface PlanAdapter { subgroups: boolean; subgroupSize: number }

/** Records a plan's launches with its buffer names bound to tensors. */
export function runPlan(session: Session, plan: Plan, tensors: Readonly<Record<string, Tensor>>): void {
  const scratch = plan.scratch.map((bytes, i) => session.temporary([Math.ceil(bytes / 4)], `${plan.name}.scratch${i}`));
  const find = (name: string): Tensor => (name.startsWith('scratch') ? scratch[Number(name.slice(7))] : tensors[name]);
  for (const step of plan.steps) session.launch(step.kernel, Object.fromEntries(Object.entries(step.buffers).map(([k, v]) => [k, find(v)])), step);
}

/** What plans ask of an adapter. A kernel written for one subgroup size can run only where the adapter has no other. */
export function adapterOf(session: Session): PlanAdapter {
  const { subgroupMin, subgroupMax } = session.device.info;
  return { subgroups: subgroupMin > 0 && subgroupMin === subgroupMax, subgroupSize: subgroupMax };
}
