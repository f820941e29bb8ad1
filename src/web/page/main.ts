/** The page: makes its parts and joins them. */
import { keepOffline, offeredRun, startAssetsWorker, startEngine } from '../host.ts';
import { arrowKeys, editClass, segmented, showClasses, showSettings } from './panels/classes.ts';
import { AssetsClient } from '../assetsWorker/assetsClient.ts';
import { $, download, fileName, icon, on } from './dom.ts';
import { showInside } from './panels/inside.ts';
import { listenToKeys, type Key } from './keys.ts';
import { notifyError, notify } from './messages.ts';
import { suits, type ToolName } from './paint/tools.ts';
import { nextSize, PaintPane } from './panes/paintPane.ts';
import { ResultPane, type Mode } from './panes/resultPane.ts';
import { OpeningScreen } from './start.ts';
import { PageState } from './state.ts';
import { EngineSession } from './engineSession.ts';
import { nextTarget, showTargets } from './panels/targets.ts';
import { TrainingPanel } from './panels/training.ts';
import './styles/index.css';

const tools: [ToolName, string, string][] = [
  ['brush', 'b', 'Brush'],
  ['eraser', 'e', 'Eraser: back to the source layout'],
  ['fill', 'f', 'Fill (Shift: the class everywhere)'],
  ['superpixel', 's', 'Superpixels: click or drag over them'],
  ['rectangle', 'r', 'Rectangle'],
  ['move', 'm', 'Lasso and move a region (Alt: copy)'],
  ['pick', 'p', 'Pick a class from the picture'],
  ['pan', 'h', 'Move the view'],
];

/** ?scene=lake&size=256: what to begin with. */
const query = new URLSearchParams(location.search);
const sceneSize = Math.max(48, Math.min(512, Number(query.get('size')) || 256));

const state = new PageState();
const assets = new AssetsClient(startAssetsWorker());
const engine = startEngine();

const result: ResultPane = new ResultPane(state, (p) => paint.markAt(p));
const paint: PaintPane = new PaintPane(
  state,
  (v) => result.follow(v),
  () => {
    if (state.settings.layer !== 'source' || !state.learnt) return false;
    notify(
      `The run has learnt this source ${state.doc.lines ? 'drawing' : 'layout'}. Reset the run to change it; the target is free.`,
      { kind: 'learnt' },
    );
    return true;
  },
);
const studio = new EngineSession(engine, state, result);
const updateInside = showInside(state, engine, result, () => studio.target());
const panel = new TrainingPanel(
  state,
  studio,
  result,
  () => start.pick('.zip,application/zip', (files) => void start.take(files)),
  updateInside,
);
const start = new OpeningScreen(state, assets, (file) => void panel.open(file), sceneSize);
showClasses(state);
showSettings(state);
const showMode = segmented(
  'mode',
  [
    ['auto', 'Auto', 'The preview, and the network’s picture fading in as it learns (V)'],
    ['preview', 'Patches', 'Patch synthesis alone (V)'],
    ['network', 'Network', 'The network’s picture (V)'],
  ] as const,
  (m: Mode) => result.setMode(m),
);
panel.savePreview = () =>
  void (async () => {
    const p = result.previewPixels!,
      { name, target } = state.doc;
    const { bytes } = await assets.call('picturePng', {
      width: p.width,
      height: p.height,
      photo: p.data,
      texts: {
        Software: 'SemIA-WebGPU',
        Description: `Patch-synthesis preview of the layout ${target.name} of ${name}; no network was trained.`,
      },
    });
    download(bytes, `${fileName(name, target.name)}-preview.png`, 'image/png');
  })().catch(notifyError);
const editTarget = showTargets(state, (fresh) => start.importDialog('target', fresh));

// ---- tools, undo, theme

const toolButtons = new Map(
  tools.map(([tool, key, title]) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', title: `${title} (${key.toUpperCase()})`, className: 'icon-button quiet' });
    button.setAttribute('aria-label', title);
    button.dataset.tool = tool;
    button.append(icon(tool));
    button.addEventListener('click', () => {
      paint.tools?.cancel();
      state.set({ tool });
    });
    return [tool, button];
  }),
);
$('tools').append(...toolButtons.values());
arrowKeys($('tools'));
state.on('settings', (s) => {
  for (const [tool, b] of toolButtons) {
    b.setAttribute('aria-pressed', String(tool === s.tool));
    b.tabIndex = tool === s.tool ? 0 : -1;
  }
});

/** A drawing's eraser leaves paper, and tools for areas are not for it. */
state.on('document', (doc) => {
  for (const [tool, , title] of tools) {
    const button = toolButtons.get(tool)!,
      text = doc.lines
        ? ({ eraser: 'Eraser: takes lines away', rectangle: 'Rectangle (of paper: clears it)' }[tool as string] ??
          title)
        : title;
    button.hidden = !suits(tool, doc);
    button.title = `${text} (${tools.find(([t]) => t === tool)![1].toUpperCase()})`;
    button.setAttribute('aria-label', text);
  }
  const what = doc.lines ? 'drawing' : 'layout';
  for (const [id, word] of [
    ['import', `Import a ${what}`],
    ['export', `Export this ${what}`],
  ]) {
    $(id).title = `${word} (PNG)`;
    $(id).setAttribute('aria-label', `${word} as PNG`);
  }
  $('paint-canvas').setAttribute(
    'aria-label',
    `${doc.lines ? 'Drawing to draw' : 'Layout to paint'} on. Arrow keys move the brush, space presses and releases it, question mark shows all keys.`,
  );
  $('classes').setAttribute('aria-label', doc.lines ? 'Line or paper to draw' : 'Class to paint');
});

function step(back: boolean): void {
  const { doc } = state;
  const next = back ? doc?.history.undoStep : doc?.history.redoStep;
  if (!next) return;
  const before = doc.version.source + doc.version.classes;
  // A run has learnt source and classes: history stops where they would change.
  if (state.learnt && next.learnt) {
    notify(
      `The run has learnt the source layout and the classes. Reset it to ${back ? 'undo' : 'redo'} “${next.name}”.`,
      {
        kind: 'learnt',
      },
    );
    return;
  }
  paint.tools.cancel(); // a lasso around what is no longer there
  if (back) doc.undo();
  else doc.redo();
  state.tell('painted', {
    layer: doc.version.source + doc.version.classes === before ? 'target' : 'source',
    live: false,
  });
}
const historyButtons = (): void => {
  for (const [id, word, key, step] of [
    ['undo', 'Undo', 'Ctrl Z', state.doc?.history.undoStep],
    ['redo', 'Redo', 'Ctrl Shift Z', state.doc?.history.redoStep],
  ] as const) {
    const b = $<HTMLButtonElement>(id),
      text = `${word}${step ? ` ${step.name}` : ''}`;
    b.disabled = !step;
    b.title = `${text} (${key})`;
    b.setAttribute('aria-label', text);
  }
};
for (const news of ['document', 'classes', 'targets'] as const) state.on(news, historyButtons);
state.on('painted', ({ live }) => {
  if (!live) historyButtons();
});
$('undo').append(icon('undo'));
$('redo').append(icon('redo'));
on('undo', 'click', () => step(true));
on('redo', 'click', () => step(false));
for (const [id, name] of [
  ['fit', 'fit'],
  ['import', 'up'],
  ['export', 'down'],
  ['theme', 'theme'],
  ['help-open', 'help'],
  ['help-close', 'close'],
])
  $(id).append(icon(name));

const stored = (() => {
  try {
    return localStorage.getItem('semia-theme');
  } catch {
    return null;
  }
})();
const dark = matchMedia('(prefers-color-scheme: dark)');
function setTheme(theme: string): void {
  document.documentElement.dataset.theme = theme;
  $('theme').setAttribute('aria-label', theme === 'dark' ? 'Light colors' : 'Dark colors');
  for (const part of [paint, result.surface, panel.curve]) part.redraw();
}
setTheme(stored ?? (dark.matches ? 'dark' : 'light'));
dark.addEventListener('change', () => {
  if (!stored) setTheme(dark.matches ? 'dark' : 'light');
});
on('theme', 'click', () => {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  setTheme(next);
  try {
    localStorage.setItem('semia-theme', next);
  } catch {
    /* private windows keep nothing */
  }
});

// ---- keys

const modes: Mode[] = ['auto', 'preview', 'network'];
const keys: Key[] = [
  ...tools.map(
    ([tool, key, title]): Key => ({
      keys: [key],
      text: title,
      act: () => {
        if (state.doc && !suits(tool, state.doc)) return;
        paint.tools?.cancel();
        state.set({ tool });
      },
    }),
  ),
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    show: '1 – 9',
    text: 'Class to paint',
    act: (e) => {
      const k = Number(e.key) - 1;
      if (k < (state.doc?.classes.length ?? 0)) state.set({ label: k });
    },
  },
  {
    keys: ['[', 'ü'],
    show: '[',
    text: 'Smaller brush',
    act: () => state.set({ size: nextSize(state.settings.size, -1) }),
  },
  {
    keys: [']', '*'],
    show: ']',
    text: 'Larger brush',
    act: () => state.set({ size: nextSize(state.settings.size, 1) }),
  },
  {
    keys: ['x'],
    text: 'Source or target layer',
    act: () => state.set({ layer: state.settings.layer === 'source' ? 'target' : 'source' }),
  },
  {
    keys: ['v'],
    text: 'Auto, patches or network',
    act: () => {
      const next = modes[(modes.indexOf(result.mode) + 1) % 3];
      showMode(next);
      result.setMode(next);
    },
  },
  { keys: ['z'], ctrl: true, shift: false, text: 'Undo', act: () => step(true) },
  { keys: ['z'], ctrl: true, shift: true, text: 'Redo', act: () => step(false) },
  { keys: ['y'], ctrl: true, text: '', act: () => step(false) },
  { keys: ['0'], text: 'Whole picture', act: () => paint.fit() },
  { keys: ['+', '='], show: '+', text: 'Closer', act: () => paint.zoomBy(1.25) },
  { keys: ['-'], text: 'Farther', act: () => paint.zoomBy(0.8) },
  { keys: ['o'], text: 'Choose a picture', act: () => start.show() },
  { keys: ['t'], text: 'Start, pause or go on with training', act: () => $('train').click() },
  { keys: ['d'], text: 'Download the result', act: () => $('download').click() },
  {
    keys: ['F2'],
    shift: false,
    text: 'Rename or recolor the chosen class',
    act: () => editClass(state, state.settings.label),
  },
  { keys: ['F2'], shift: true, text: 'Rename the target', act: () => editTarget() },
  { keys: ['PageDown'], show: 'Page ↓', text: 'Next target', act: () => nextTarget(state, 1) },
  { keys: ['PageUp'], show: 'Page ↑', text: 'Target before', act: () => nextTarget(state, -1) },
  { keys: ['?'], text: 'These keys', act: () => showHelp() },
];
listenToKeys(keys, [
  ['arrows', 'On the layout: move the pen (Shift far, Alt one pixel)'],
  ['space', 'On the layout: press and lift the pen'],
  ['Enter', 'On the layout: one click'],
  ['Esc', 'Give up what is being drawn'],
  ['wheel', 'Closer and farther'],
  ['Shift wheel', 'Brush size'],
  ['space drag', 'Move the view (or middle button, two fingers)'],
  ['Alt click', 'Pick the class under the pointer'],
  ['arrows', 'On the result: where it comes from'],
]);
const showHelp = (): void => $<HTMLDialogElement>('help').showModal();
on('help-open', 'click', showHelp);
historyButtons();
document.documentElement.dataset.built = 'true';

// ---- begin

addEventListener('beforeunload', (e) => {
  if (state.status.state === 'running' || state.status.state === 'saving') e.preventDefault();
});

async function begin(): Promise<void> {
  const device = studio.open();
  const offered = await offeredRun().catch((e) => {
    notifyError(e);
    return null;
  });
  if (!offered) await start.scene(query.get('scene') ?? 'lake');
  if (!(await device)) return;
  panel.suit(studio.report!.device.software);
  if (offered) await panel.open({ ...offered, offered: true });
  else {
    studio.first();
    const { kept } = studio.report!;
    if (kept) {
      const { name, iteration, iterations } = kept;
      const text = `A run of “${name}” at iteration ${iteration} of ${iterations} is kept in this browser.`;
      const close = notify(text, {
        kind: 'kept run',
        actions: [{ label: 'Open it', act: () => void panel.restore() }],
      });
      // Only one is kept: when another has taken its place, this one is not there to be opened any more.
      engine.on('kept', ({ error }) => {
        if (!error) close();
      });
    }
  }
  await keepOffline();
}
void begin()
  .catch(notifyError)
  .finally(() => {
    document.documentElement.dataset.ready = 'true';
  });
