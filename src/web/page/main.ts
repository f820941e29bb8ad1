/** The page: makes its parts and joins them. */
import { AssetsClient } from '../assetsWorker/assetsClient.ts';
import { cacheForOffline, offeredRun, startAssetsWorker, startEngine } from '../host.ts';
import { $, download, fileName, icon, on } from './dom.ts';
import { EngineSession } from './engineSession.ts';
import { listenToKeys } from './keys.ts';
import { notify, notifyError } from './messages.ts';
import { suits, type ToolName } from './paint/tools.ts';
import { segmented, showClasses, showSettings } from './panels/classes.ts';
import { showInside } from './panels/inside.ts';
import { showTargets } from './panels/targets.ts';
import { showTheme } from './panels/theme.ts';
import { showToolbar } from './panels/toolbar.ts';
import { TrainingPanel } from './panels/training.ts';
import { showUndo } from './panels/undo.ts';
import { PaintPane } from './panes/paintPane.ts';
import { type Mode, ResultPane } from './panes/resultPane.ts';
import { paneKeys, shortcuts } from './shortcuts.ts';
import { OpeningScreen } from './start.ts';
import { PageState } from './state.ts';
import './styles/index.css';

/** ?scene=lake&size=256: the scene to begin with. */
const query = new URLSearchParams(location.search);
const sceneSize = Math.max(48, Math.min(512, Number(query.get('size')) || 256));

const state = new PageState();
const assets = new AssetsClient(startAssetsWorker());
const engine = startEngine();

// ---- panes and panels

const result: ResultPane = new ResultPane(state, (p) => paint.markAt(p));
const paint: PaintPane = new PaintPane(
  state,
  (v) => result.setSharedView(v),
  () => {
    if (state.settings.layer !== 'source' || !state.hasRun) return false;
    const what = state.doc.lines ? 'drawing' : 'layout';
    notify(`The run has learnt this source ${what}. Reset the run to change it; the target is free.`, {
      kind: 'learnt',
    });
    return true;
  },
);
const engineSession = new EngineSession(engine, state, result);
const training = new TrainingPanel(state, engineSession, result, {
  openFile: () => start.pick('.zip,application/zip', (files) => void start.take(files)),
  inspect: showInside(state, engine, result, () => engineSession.target()),
  savePreview: () => void savePreview().catch(notifyError),
});
const start = new OpeningScreen(state, assets, (file) => void training.files.open(file), sceneSize);
showClasses(state);
showSettings(state);
const renameTarget = showTargets(state, (fresh) => start.importDialog('target', fresh));

async function savePreview(): Promise<void> {
  const { width, height, data: photo } = result.previewPixels!;
  const { name, target } = state.doc;
  const texts = {
    Software: 'SemIA-WebGPU',
    Description: `Patch-synthesis preview of the layout ${target.name} of ${name}; no network was trained.`,
  };
  const { bytes } = await assets.call('picturePng', { width, height, photo, texts });
  download(bytes, `${fileName(name, target.name)}-preview.png`, 'image/png');
}

// ---- tools, undo, mode, theme, keys

function chooseTool(tool: ToolName): void {
  if (state.doc && !suits(tool, state.doc)) return;
  paint.tools?.cancel();
  state.set({ tool });
}
showToolbar(state, chooseTool);
const step = showUndo(state, () => paint.tools.cancel());

const modes = [
  ['auto', 'Auto', 'The preview, and the network’s picture fading in as it learns (V)'],
  ['preview', 'Patches', 'Patch synthesis alone (V)'],
  ['network', 'Network', 'The network’s picture (V)'],
] as const;
const showMode = segmented('mode', modes, (mode: Mode) => result.setMode(mode));
function nextMode(): void {
  const names = modes.map(([name]) => name);
  const next = names[(names.indexOf(result.mode) + 1) % names.length];
  showMode(next);
  result.setMode(next);
}

for (const [id, name] of [
  ['fit', 'fit'],
  ['import', 'up'],
  ['export', 'down'],
  ['theme', 'theme'],
  ['help-open', 'help'],
  ['help-close', 'close'],
])
  $(id).append(icon(name));
showTheme(() => {
  for (const part of [paint, result.surface, training.curve]) part.redraw();
});

const showHelp = (): void => $<HTMLDialogElement>('help').showModal();
on('help-open', 'click', showHelp);
const choosePicture = (): void => start.show();
listenToKeys(shortcuts(state, paint, { chooseTool, nextMode, step, choosePicture, renameTarget, showHelp }), paneKeys);
document.documentElement.dataset.built = 'true';

// ---- begin

addEventListener('beforeunload', (e) => {
  if (state.status.state === 'running' || state.status.state === 'saving') e.preventDefault();
});

/** Offers the run that this browser has stored. */
function offerStoredRun(): void {
  const { storedRun } = engineSession.report!;
  if (!storedRun) return;
  const { name, iteration, iterations } = storedRun;
  const text = `A run of “${name}” at iteration ${iteration} of ${iterations} is kept in this browser.`;
  const close = notify(text, {
    kind: 'kept run',
    actions: [{ label: 'Open it', act: () => void training.files.restore() }],
  });
  // Only one run is stored: once another has taken its place, this one cannot be opened any more.
  engine.on('stored', ({ error }) => {
    if (!error) close();
  });
}

async function begin(): Promise<void> {
  const device = engineSession.open();
  const offered = await offeredRun().catch((e) => {
    notifyError(e);
    return null;
  });
  if (!offered) await start.scene(query.get('scene') ?? 'lake');
  if (!(await device)) return;
  training.settings.applyDefaults(engineSession.report!.device.software);
  if (offered) await training.files.open({ ...offered, offered: true });
  else {
    engineSession.previewIfNone();
    offerStoredRun();
  }
  await cacheForOffline();
}
void begin()
  .catch(notifyError)
  .finally(() => {
    document.documentElement.dataset.ready = 'true';
  });
