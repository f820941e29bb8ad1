/** semia study DIR... -o FILE.html makes the page of a user study; semia study --tally CSV... counts its answers. */
import { promises as fs } from 'node:fs';
import { extname, join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { readAnswers } from '../../../evaluate/study/answers.ts';
import { seal } from '../../../evaluate/study/study.ts';
import { tally, tallyCsv } from '../../../evaluate/study/tally.ts';
import { readInput, writeFileAtomic } from '../../../node/files.ts';
import { dataUri } from '../../../node/page.ts';
import { sha256Sync } from '../../../node/version.ts';
import { integer } from '../../options/options.ts';
import { checkWritable } from '../../options/outputs.ts';
import { Progress } from '../../reports/progress.ts';
import { studyPage } from '../../reports/studyPage.ts';
import { tallyPage, tallyTable } from '../../reports/studyTally.ts';
import { readStudy } from './studyInputs.ts';

interface StudyOptions {
  output?: string;
  methods?: string;
  seed: number;
  size: number;
  tally?: string[];
  resamples: number;
  quiet?: boolean;
}

export function addStudy(program: Command): void {
  program
    .command('study')
    .description(
      'a user study: one offline page on which people rank methods blindly by appearance similarity; and the ' +
        'tally of their answers',
    )
    .argument(
      '[folders...]',
      'what `semia compare` wrote; or folders with source.png (the photograph) and METHOD/TARGET.png',
    )
    .option(
      '-o, --output <file>',
      'the page (default: study.html in the first folder); with --tally a .html page or a .csv table',
    )
    .option('--methods <names>', 'which to rank, separated by commas (default: all but the untouched source)')
    .option('--size <pixels>', 'longer side of the pictures in the page at most', integer(32, 4096), 512)
    .option(
      '--seed <number>',
      'of the shuffle (with participant and question it decides the order); with --tally of the resampling',
      integer(0, 2 ** 32 - 1),
      0,
    )
    .option('--tally <csv...>', 'count the answers in these files in place of making a page')
    .option('--resamples <count>', "of the participants, for the tally's intervals", integer(100, 1_000_000), 2000)
    .option('--quiet', 'print nothing but errors and the table')
    .addHelpText(
      'after',
      [
        '\nParticipants open the page in any browser, also without a network; each saves a CSV file at the end: ',
        'participant, question, method, rank\n(1: most alike), time_ms (of the question), seed, and shown, the letter ',
        "it had. The tally's intervals resample participants.\n",
        '\nExample:\n',
        '  semia compare --scene lake -o lake-compared\n',
        '  semia study lake-compared -o study.html\n',
        '  semia study --tally study-*.csv -o tally.html\n',
      ].join(''),
    )
    .action(async (folders: string[], o: StudyOptions) => (o.tally ? count(folders, o.tally, o) : make(folders, o)));
}

async function make(folders: readonly string[], o: StudyOptions): Promise<void> {
  if (!folders.length)
    throw new UserError('a folder is needed (semia study DIR), or answers to count (semia study --tally FILE.csv)');
  const out = o.output ?? join(folders[0], 'study.html');
  if (!/\.html?$/i.test(out)) throw new UserError(`${out}: the page is one file: give a name that ends in .html`);
  const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
  const methods =
    o.methods === undefined
      ? undefined
      : [
          ...new Set(
            o.methods
              .split(',')
              .map((m) => m.trim())
              .filter(Boolean),
          ),
        ];
  const { methods: names, models, questions } = await readStudy(folders, { methods, longSide: o.size, notify });
  await checkWritable(out);
  const content = {
    seed: o.seed,
    key: seal(JSON.stringify({ methods: names, questions: questions.map((q) => q.name) }), o.seed),
    models: models.map((m) => dataUri(m, o.size)),
    questions: questions.map((q) => ({ model: q.model, pictures: q.pictures.map((p) => dataUri(p, o.size)) })),
  };
  const html = studyPage({
    id: sha256Sync(new TextEncoder().encode(JSON.stringify(content))).slice(0, 16),
    ...content,
  });
  await writeFileAtomic(out, html);
  notify(
    `${questions.length} ${questions.length === 1 ? 'question' : 'questions'} about ${names.join(', ')}; seed ` +
      `${o.seed}; ${(html.length / 2 ** 20).toFixed(1)} MB\n` +
      `open in a browser, or hand it out: ${out}`,
  );
}

async function count(folders: readonly string[], files: readonly string[], o: StudyOptions): Promise<void> {
  if (folders.length)
    throw new UserError(
      `${folders[0]}: a folder and --tally do not go together: make the page first, then count its answers`,
    );
  const ending = o.output ? extname(o.output).toLowerCase() : '';
  if (o.output && ending !== '.html' && ending !== '.csv')
    throw new UserError(`${o.output}: a tally is written as .html or .csv`);
  if (o.output) {
    await checkWritable(o.output);
    const own = await fs.realpath(o.output).catch(() => null);
    for (const f of files)
      if (own && own === (await fs.realpath(f).catch(() => '')))
        throw new UserError(`${o.output}: is one of the answers, and would be written over: give another name`);
  }
  const texts = [];
  for (const name of files) {
    const bytes = await readInput(name);
    if (bytes.includes(0)) throw new UserError(`${name}: is not a CSV file (it is not text)`);
    texts.push({ name, text: new TextDecoder().decode(bytes) });
  }
  const { answers, repeated } = readAnswers(texts);
  const t = tally(answers, { resamples: o.resamples, seed: o.seed });
  if (o.output) await writeFileAtomic(o.output, ending === '.csv' ? tallyCsv(t) : tallyPage(t));
  if (repeated)
    Progress.line(`note: ${repeated} rows stand more than once, unchanged; they count once`, o.quiet ?? false);
  console.log(tallyTable(t));
  if (o.output) Progress.line(`written: ${o.output}`, o.quiet ?? false);
}
