/**
 * The script of the study's page, which runs in the participant's browser. It is bundled alone and put into the page
 * (scripts/build/inline-plugin.mjs).
 */
import { type Answer, answersCsv, letter, permutation, type StudyData, unseal } from '../../evaluate/study/study.ts';

/**
 * One question's state: the picture (index of its method) at each rank or null; milliseconds on screen; whether it is
 * answered.
 */
interface Given {
  ranks: (number | null)[];
  ms: number;
  done: boolean;
}
interface State {
  participant: string;
  at: number;
  given: Record<string, Given>;
}

const get = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const data = JSON.parse(get('data').textContent!) as StudyData;
const key = JSON.parse(unseal(data.key, data.seed)) as { methods: string[]; questions: string[] };
const count = key.methods.length,
  total = data.questions.length;
const storage = `semia-study-${data.id}`;
const ordinal = (rank: number): string => `${rank}${['th', 'st', 'nd', 'rd'][rank < 4 ? rank : 0]}`;

let state: State | null = null;
let order: number[] = []; // of the questions
let shown: number[] = []; // the methods in the order of their letters, for the question on screen
let since = 0; // when the clock was last read, or 0 while it is stopped
let kept = true;

const question = (): number => order[state!.at];
const given = (): Given => (state!.given[question()] ??= { ranks: key.methods.map(() => null), ms: 0, done: false });
const answered = (): number => Object.values(state!.given).filter((g) => g.done).length;
const buttons = (): HTMLButtonElement[] => [...get('choices').querySelectorAll('button')];

function clock(): void {
  const now = performance.now();
  if (since) given().ms += now - since;
  since = document.hidden || !state || state.at >= total ? 0 : now;
}

function save(): void {
  try {
    localStorage.setItem(storage, JSON.stringify(state));
  } catch {
    kept = false;
  }
  get('unkept').hidden = kept;
}

function load(): State | null {
  try {
    const s = JSON.parse(localStorage.getItem(storage) ?? 'null') as State | null;
    return s && typeof s.participant === 'string' && s.at >= 0 && s.at <= total ? s : null;
  } catch {
    return null;
  }
}

function only(id: 'start' | 'ask' | 'end'): void {
  for (const part of ['start', 'ask', 'end']) get(part).hidden = part !== id;
  get('saving').hidden = id === 'start';
}

const notify = (text: string): void => {
  get('status').textContent = text;
};

function begin(s: State): void {
  state = s;
  order = permutation(total, data.seed, s.participant, 'order of the questions');
  get('who').textContent = s.participant;
  if (s.at >= total) finish();
  else ask();
}

function ask(): void {
  only('ask');
  const q = data.questions[question()];
  shown = permutation(count, data.seed, state!.participant, key.questions[question()]);
  get<HTMLImageElement>('model').src = data.models[q.model];
  get('choices').replaceChildren(
    ...shown.map((method, i) => {
      const button = document.createElement('button');
      button.type = 'button';
      const image = document.createElement('img');
      image.src = q.pictures[method];
      image.alt = '';
      const [name, badge] = [document.createElement('span'), document.createElement('b')];
      name.textContent = letter(i);
      button.append(image, name, badge);
      button.onclick = () => tap(i);
      return button;
    }),
  );
  get('where').textContent = `Question ${state!.at + 1} of ${total}`;
  get<HTMLProgressElement>('progress').value = answered();
  get<HTMLButtonElement>('back').disabled = state!.at === 0;
  since = 0;
  clock();
  show();
  notify('');
  buttons()[0].focus();
}

/** Shows the ranks on the buttons. */
function show(): void {
  const { ranks } = given();
  for (const [i, button] of buttons().entries()) {
    const rank = ranks.indexOf(shown[i]) + 1;
    button.querySelector('b')!.textContent = rank ? ordinal(rank) : '';
    button.setAttribute('aria-pressed', String(rank > 0));
    button.setAttribute(
      'aria-label',
      `Picture ${letter(i)}, ${rank ? `ranked ${ordinal(rank)} of ${count}` : 'not ranked'}`,
    );
  }
  get<HTMLButtonElement>('next').disabled = ranks.includes(null);
  get<HTMLButtonElement>('clear').disabled = ranks.every((r) => r === null);
}

/**
 * Gives the i-th picture this rank (from 1), or takes it away where the picture has it already. The picture that had
 * the rank gets the other's old one.
 */
function give(i: number, rank: number): void {
  clock();
  const { ranks } = given();
  const before = ranks.indexOf(shown[i]),
    holder = ranks[rank - 1];
  if (before >= 0) ranks[before] = before === rank - 1 ? null : holder;
  if (before !== rank - 1) ranks[rank - 1] = shown[i];
  notify(before === rank - 1 ? `Picture ${letter(i)} is not ranked` : `Picture ${letter(i)} is ${ordinal(rank)}`);
  save();
  show();
  if (!ranks.includes(null)) get('next').focus();
}

function tap(i: number): void {
  const { ranks } = given();
  const own = ranks.indexOf(shown[i]);
  const rank = own >= 0 ? own : ranks.indexOf(null);
  if (rank >= 0) give(i, rank + 1);
}

function next(): void {
  if (given().ranks.includes(null)) return;
  clock();
  given().done = true;
  state!.at++;
  since = 0;
  save();
  if (state!.at >= total) finish();
  else ask();
}

function back(): void {
  if (!state || state.at === 0) return;
  if (state.at < total) clock();
  state.at--;
  since = 0;
  save();
  ask();
}

function clear(): void {
  clock();
  given().ranks.fill(null);
  given().done = false;
  save();
  show();
  notify('No picture is ranked');
  buttons()[0].focus();
}

function finish(): void {
  only('end');
  get<HTMLTextAreaElement>('csv').value = answersCsv(answers());
  get('done').focus();
}

function answers(): Answer[] {
  return order.flatMap((q) => {
    const g = state!.given[q];
    if (!g?.done) return [];
    const letters = permutation(count, data.seed, state!.participant, key.questions[q]);
    return g.ranks.map((m, r) => ({
      participant: state!.participant,
      question: key.questions[q],
      method: key.methods[m!],
      rank: r + 1,
      timeMs: g.ms,
      seed: data.seed,
      shown: letter(letters.indexOf(m!)),
    }));
  });
}

function download(): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([answersCsv(answers())], { type: 'text/csv' }));
  link.download = `study-${state!.participant}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const field = get<HTMLInputElement>('participant');
get('begin').onclick = () => {
  const name = field.value.trim();
  const bad = !/^[\p{L}\p{N}_.-]{1,40}$/u.test(name);
  get('wrong').hidden = !bad;
  field.setAttribute('aria-invalid', String(bad));
  if (bad) {
    field.focus();
    return;
  }
  begin({ participant: name, at: 0, given: {} });
  save();
};
// Otherwise the key would also act on the first picture, which has the focus by then.
field.onkeydown = (e) => {
  if (e.key === 'Enter') {
    e.preventDefault();
    get('begin').click();
  }
};
get('next').onclick = next;
get('back').onclick = back;
get('review').onclick = back;
get('clear').onclick = clear;
for (const id of ['save', 'export']) get(id).onclick = download;
get('another').onclick = () => {
  if (!confirm('Remove these answers from this browser? Save them first.')) return;
  try {
    localStorage.removeItem(storage);
  } catch {
    /* nothing was kept */
  }
  location.reload();
};

document.addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && e.repeat) e.preventDefault(); // a key held down answers one question, not two
  if (!state || get('ask').hidden || e.ctrlKey || e.metaKey || e.altKey) return;
  const at = buttons().indexOf(document.activeElement as HTMLButtonElement);
  const digit = /^[1-9]$/.test(e.key) ? Number(e.key) : 0;
  const picture = e.key.length === 1 ? e.key.toUpperCase().charCodeAt(0) - 65 : -1;
  if (digit && digit <= count && at >= 0) give(at, digit);
  else if (picture >= 0 && picture < count) {
    buttons()[picture].focus();
    tap(picture);
  } else if (e.key === 'ArrowRight' || e.key === 'ArrowDown') buttons()[(at + 1) % count].focus();
  else if (e.key === 'ArrowLeft' || e.key === 'ArrowUp') buttons()[(Math.max(at, 0) + count - 1) % count].focus();
  else if (e.key === 'Backspace') clear();
  else return;
  e.preventDefault();
});
document.addEventListener('visibilitychange', () => {
  if (state && state.at < total) {
    clock();
    save();
  }
});
addEventListener('pagehide', () => {
  if (state && state.at < total) {
    clock();
    save();
  }
});

get<HTMLProgressElement>('progress').max = total;
only('start');
const before = load();
if (before) {
  begin(before);
  if (before.at < total) notify(`Gone on with where ${before.participant} stopped`);
} else field.focus();
