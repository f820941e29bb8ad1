// The command line of `npm test`.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { SetupError } from '../../setup/process.mjs';

export const usage = `usage: npm test -- [WORD ...] [options]
  WORD             part of a path (ops/conv2d), then part of a case's name ("reflect");
                   or a whole id as a failure prints it ("ops/conv2d: reflect, forward")
  --case TEXT      part of a case's name, where the text also fits a path
  --list           print the ids of the cases and run nothing
  --watch          run again whenever a source or test changes
  --quick          the tier for every commit (npm run test:quick)
  --times          print the slowest cases of each file
  --jobs N         files side by side (default: one for each core, at most 4)
  --timeout MIN    limit for a file (default 10)`;

/** At most four: every file with a device also uses the cores from the driver's threads. */
const defaultJobs = () => Math.max(1, Math.min(4, availableParallelism()));

/** The options, with defaults filled in. Throws a SetupError with the usage. */
export function readOptions(args = process.argv.slice(2)) {
  try {
    const flag = { type: 'boolean', default: false };
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        case: { type: 'string', multiple: true, default: [] },
        list: flag,
        watch: flag,
        quick: flag,
        times: flag,
        jobs: { type: 'string', default: String(defaultJobs()) },
        timeout: { type: 'string', default: '10' },
      },
    });
    const jobs = Number(values.jobs);
    const timeout = Number(values.timeout);
    if (!Number.isInteger(jobs) || jobs < 1 || !(timeout > 0))
      throw new Error('--jobs and --timeout take numbers above 0');
    return { ...values, jobs, timeout, words: positionals };
  } catch (error) {
    throw new SetupError(`${error.message}\n${usage}`, 2);
  }
}
