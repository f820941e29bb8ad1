export const policy: string;
export function buildWeb(options: {
  root: string;
  outdir: string;
  page?: string;
  sourcemap?: boolean;
}): Promise<string[]>;
