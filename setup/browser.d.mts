export function findBrowser(
  env?: Record<string, string | undefined>,
  find?: (name: string) => string | null,
  exists?: (path: string) => boolean,
): string | null;
export function ensureBrowser(): Promise<string | null>;
