export function childrenCpuMs(): number | null;
export function cpuFromNow(): () => number | null;
