export interface FormerFolder {
  folder: string;
  files: RegExp;
}
export function cachePath(env?: Record<string, string | undefined>, platform?: NodeJS.Platform): string;
export function formerFolders(env?: Record<string, string | undefined>, platform?: NodeJS.Platform): FormerFolder[];
export function moveFormer(cache: string, former?: readonly FormerFolder[]): void;
export function privateTemp(prefix: string): string;
export function cacheFolder(): string;
