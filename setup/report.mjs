// What is missing on this machine for the program to run, for `semia doctor`: each with its reason and the line to
// type.
import { adapterLine, findAdapter, reason } from './adapter.mjs';
import { dependenciesReady } from './dependencies.mjs';
import { buildIsCurrent, isClone } from './prepare.mjs';

/** A list of { what, why, line }; empty when all is well. `line` is null where there is nothing to type. */
export async function missing() {
  const list = [];
  const add = (what, why, line) => list.push({ what, why, line });
  if (Number(process.versions.node.split('.')[0]) < 20) add('Node 20 or newer', `this is ${process.version}`, null);
  if (isClone() && !dependenciesReady()) {
    add('npm packages', 'node_modules does not hold what package-lock.json asks for', 'npm start');
    return list; // the adapter is asked through one of them
  }
  if (!buildIsCurrent())
    add('build', isClone() ? 'dist is older than the sources' : 'dist is missing', isClone() ? 'npm run build' : null);
  const found = await findAdapter();
  if (!found.ok) add('WebGPU adapter', reason(found), adapterLine(found));
  return list;
}

if (process.argv[1]?.endsWith('report.mjs')) {
  const list = await missing();
  for (const { what, why, line } of list) console.log(`missing: ${what} (${why})${line ? `\n  ${line}` : ''}`);
  if (!list.length) console.log('nothing is missing');
  process.exitCode = list.length ? 1 : 0;
}
