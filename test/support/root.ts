/** The repository's folder and files, for tests that read them. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Found by walking up from the bundle, wherever that lies. */
export const root = ((): string => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'tsconfig.json'))) dir = dirname(dir);
  return dir;
})();

/** What is fetched or made, and so not ours: packages, and the API reference below docs. */
const skipped = ['node_modules', 'api'];

/** All folders in a folder of the repository, at any depth, itself first; none where there is no such folder. */
export function foldersIn(dir: string): { path: string; folders: string[]; files: string[] }[] {
  const path = join(root, dir);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true }).filter((e) => !skipped.includes(e.name));
  const folders = entries.filter((e) => e.isDirectory()).map((e) => e.name);
  const files = entries.filter((e) => !e.isDirectory()).map((e) => e.name);
  return [{ path: dir, folders, files }, ...folders.flatMap((name) => foldersIn(`${dir}/${name}`))];
}

/** Full paths of all files in a folder of the repository, at any depth. */
export const filesIn = (dir: string): string[] =>
  foldersIn(dir).flatMap((f) => f.files.map((name) => join(root, f.path, name)));
