export interface Selection {
  ids: string[];
  paths: string[];
  names: string[];
}
export interface ListedCase {
  file: string;
  path: string;
  name: string;
}
export function idOf(path: string, name: string): string;
export function isEmpty(selection: Selection): boolean;
export function choosesCase(selection: Selection, file: string, path: string, name: string): boolean;
export function readWords(words: readonly string[], cases: readonly ListedCase[], names?: readonly string[]): Selection;
export function select(
  files: readonly string[],
  wanted: { words: readonly string[]; names: readonly string[]; all: boolean },
  list: (files: readonly string[]) => Promise<ListedCase[]>,
): Promise<{ selection: Selection; files: string[]; cases: ListedCase[] | null }>;
