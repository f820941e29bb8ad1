export function pack(root: string, folder: string): { tarball: string; files: string[] };
export function installPackage(tarball: string, app: string): string;
export function linkOptional(
  root: string,
  app: string,
  manifest: { optionalDependencies: Record<string, string> },
  linked?: boolean,
): void;
