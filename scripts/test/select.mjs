// Which cases a command line asks for. A case's id is `path: name`; the path is its file's under test/, without
// `.test.ts`, or that of a suite inside the file.

const fold = (text) => text.toLowerCase();
const holds = (text, part) => fold(text).includes(fold(part));
const ending = /\.test(\.[jt]s)?$/;
/** Whether a path is asked for: it holds the word, or ends with it where the word ends as file names do. */
const fits = (path, word) =>
  ending.test(word) ? `/${path}`.endsWith(`/${word.replace(ending, '')}`) : holds(path, word);
const separator = ': ';
export const idOf = (path, name) => `${path}${separator}${name}`;

/** Nothing is asked for: everything runs. */
export const isEmpty = ({ ids, paths, names }) => !ids.length && !paths.length && !names.length;

/** Whether a case is asked for: by its id, or by its path and every one of the names. `file`: the file it lies in. */
export function choosesCase(selection, file, path, name) {
  const { ids, paths, names } = selection;
  if (isEmpty(selection) || ids.includes(idOf(path, name))) return true;
  if (!paths.length && !names.length) return false;
  const there = !paths.length || paths.some((word) => fits(path, word) || fits(file, word));
  return there && names.every((part) => holds(name, part));
}

/**
 * Sorts words into { ids, paths, names }, given all cases [{ file, path, name }]. A word with `: ` is an id. The first
 * other word is a path if it is part of one. A later one is a path if it is one by its form (a slash, or a whole part
 * of a path); else part of the names of the cases chosen so far, if it is in any; else a path again.
 */
export function readWords(words, cases, names = []) {
  const selection = { ids: [], paths: [], names: [...names] };
  const places = [...new Set(cases.flatMap(({ file, path }) => [file, path]))];
  const isWhole = (word) => word.includes('/') || places.some((place) => place.split('/').includes(word));
  for (const word of words) {
    const inPath = places.some((place) => fits(place, word));
    const inName = () => cases.some((c) => choosesCase(selection, c.file, c.path, c.name) && holds(c.name, word));
    if (word.includes(separator)) selection.ids.push(word);
    else if (inPath && (!selection.paths.length || isWhole(word) || !inName())) selection.paths.push(word);
    else selection.names.push(word);
  }
  return selection;
}

/**
 * { selection, files, cases }: files with a chosen case, and those cases, or null where no list was needed. `list`
 * gives all cases of all files; one word that is part of a file's path needs none.
 */
export async function select(files, { words, names, all }, list) {
  if (!all && !names.length && words.length < 2 && words.every((w) => files.some((f) => fits(f, w)))) {
    const selection = { ids: [], paths: [...words], names: [] };
    return { selection, files: files.filter((f) => words.every((w) => fits(f, w))), cases: null };
  }
  const every = await list(files);
  const selection = readWords(words, every, names);
  const cases = every.filter(({ file, path, name }) => choosesCase(selection, file, path, name));
  const unknown = selection.ids.filter((id) => !cases.some(({ path, name }) => idOf(path, name) === id));
  return { selection, files: unknown.length ? [] : [...new Set(cases.map(({ file }) => file))], cases };
}
