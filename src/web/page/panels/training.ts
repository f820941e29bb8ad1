/** The training panel: start, pause, resume and reset a run; its progress. */
import { type EngineClient, EngineError } from '../../engineClient.ts';
import type { TrainStatus } from '../../engineProtocol.ts';
import { $, durationText, icon, on } from '../dom.ts';
import type { EngineSession } from '../engineSession.ts';
import { notify, notifyError } from '../messages.ts';
import type { ResultPane } from '../panes/resultPane.ts';
import { idle, type PageState } from '../state.ts';
import { Curve } from './curve.ts';
import { RunFiles } from './runFiles.ts';
import { RunPictures } from './runPictures.ts';
import { showProgressText, TrainingSettings } from './trainingSettings.ts';

/** What the panel asks of the rest of the page. */
export interface TrainingActions {
  /** Asks for the file of a run. */
  openFile: () => void;
  /** Shows what the networks see. */
  inspect: () => void;
  /** Downloads the preview as a PNG. */
  savePreview: () => void;
}

export class TrainingPanel {
  readonly curve = new Curve();
  readonly settings: TrainingSettings;
  readonly files: RunFiles;
  private readonly pictures: RunPictures;
  private readonly engine: EngineClient;
  /** The iteration at which the tab went into the background while training; null in front. */
  private hiddenAt: number | null = null;

  constructor(
    private readonly state: PageState,
    private readonly engineSession: EngineSession,
    result: ResultPane,
    actions: TrainingActions,
  ) {
    this.engine = engineSession.engine;
    this.settings = new TrainingSettings(state, engineSession);
    this.pictures = new RunPictures(state, engineSession, result, actions.inspect);
    const views = { settings: this.settings, pictures: this.pictures, curve: this.curve, result };
    this.files = new RunFiles(state, engineSession, views, actions.openFile, actions.savePreview);
    on('train', 'click', () => void this.toggle());
    on('reset', 'click', () => void this.reset());
    $('download').replaceChildren(icon('down'), 'PNG');
    state.on('status', (s) => this.show(s));
    this.engine.on('losses', (row) => this.curve.add(row));
    document.addEventListener('visibilitychange', () => this.notifyBackground());
    this.show(state.status);
  }

  // ---- start, pause, resume, reset

  private async toggle(): Promise<void> {
    const { state } = this.state.status;
    if (!this.engineSession.report) {
      notify('Training needs WebGPU; what to do is in the result pane.', { bad: true, kind: 'no gpu' });
      return;
    }
    try {
      if (state === 'running') await this.pause();
      else if (state === 'paused') this.engineSession.setStatus(await this.engine.call('resume', {}));
      else if (state === 'none' || state === 'finished') await this.start();
    } catch (error) {
      this.notifyFailure(error);
    }
  }

  private async pause(): Promise<void> {
    try {
      this.engineSession.setStatus(await this.engine.call('pause', {}));
    } catch (error) {
      // The event `lost` reports a lost device, with the iteration that is stored.
      if (!(error instanceof EngineError) || error.failure.kind !== 'lost') throw error;
    }
  }

  private async start(): Promise<void> {
    const { doc } = this.state;
    const missing = doc.missing(true);
    if (missing.length) {
      notify(
        doc.lines
          ? 'The photograph’s own drawing has no lines: draw them there first.'
          : `The source layout does not show ${missing.join(', ')}: paint it there first, where the photograph has it.`,
        { bad: true },
      );
      return;
    }
    if (this.state.status.state === 'finished') await this.reset();
    this.engineSession.setStatus({ ...idle, state: 'preparing', doing: 'preparing' });
    try {
      await this.engineSession.sendSource();
      this.curve.set([]);
      // The run learns all targets. The one that is shown comes first, since its pictures are shown.
      const targets = [doc.target, ...doc.targets.filter((t) => t !== doc.target)];
      this.pictures.beginRun(targets);
      await this.engine.call('train', {
        ...this.settings.values,
        targets: targets.map(({ name, labels }) => ({ ...this.engineSession.target(name), data: labels })),
      });
      if (targets.length > 1 || !this.pictures.shows(doc.target.name)) await this.pictures.showLayout();
    } catch (error) {
      this.engineSession.setStatus(idle);
      showProgressText(''); // nothing is being prepared any more
      throw error;
    }
  }

  /** Notifies of an error; where a smaller training size may help, offers it. */
  private notifyFailure(error: unknown): void {
    const failure = error instanceof EngineError ? error.failure : null;
    if (!failure?.smaller) {
      notifyError(error);
      return;
    }
    const size = this.settings.sizeUpTo(failure.smaller);
    const retry = async (): Promise<void> => {
      this.settings.setSize(size);
      if (failure.kind === 'lost' && !(await this.engineSession.open())) return;
      this.settings.estimate();
      await this.toggle();
    };
    notifyError(error, [{ label: `Use ${size} px`, act: () => void retry() }]);
  }

  private reset(): Promise<void> {
    return (this.state.resetting = this.discardRun());
  }

  private async discardRun(): Promise<void> {
    this.pictures.forgetTargets();
    try {
      this.engineSession.setStatus(await this.engine.call('reset', {}));
    } catch (e) {
      notifyError(e);
    }
    this.curve.set([]);
    this.pictures.clear();
    this.settings.estimate();
  }

  // ---- progress

  private show(s: TrainStatus): void {
    const button = $<HTMLButtonElement>('train');
    const text = {
      none: 'Start training',
      preparing: 'Preparing…',
      running: 'Pause',
      saving: 'Saving…',
      paused: 'Go on',
      finished: 'Train anew',
    }[s.state];
    const isTraining = s.state === 'running' || s.state === 'saving';
    if (button.dataset.text !== text) {
      button.dataset.text = text;
      button.replaceChildren(icon(isTraining ? 'pause' : 'play'), text);
    }
    button.disabled = s.state === 'preparing';
    button.setAttribute('aria-disabled', String(s.state === 'saving')); // not `disabled`, which would lose the focus
    $<HTMLButtonElement>('reset').disabled = s.state === 'none';
    $<HTMLButtonElement>('save').disabled = s.state === 'none' || s.state === 'preparing';
    this.settings.setEnabled(s.state === 'none' || s.state === 'finished');
    $<HTMLProgressElement>('progress').value = s.iterations ? s.iteration / s.iterations : 0;
    if (s.state !== 'none') showProgressText(progressText(s));
    const percent = Math.floor((100 * s.iteration) / Math.max(1, s.iterations));
    document.title = isTraining ? `${percent} % · SemIA` : 'SemIA';
  }

  /** Tells a visitor who comes back to the tab whether training went on. */
  private notifyBackground(): void {
    const { state, iteration } = this.state.status;
    if (document.hidden) {
      this.hiddenAt = state === 'running' ? iteration : null;
      return;
    }
    if (this.hiddenAt === null || (state !== 'running' && state !== 'saving' && state !== 'finished')) return;
    const done = iteration - this.hiddenAt;
    const kind = 'background';
    this.hiddenAt = null;
    if (done > 0) notify(`Training went on while this tab was in the background: ${done} more iterations.`, { kind });
    else if (state === 'running')
      notify('The browser paused training while this tab was in the background; it goes on now.', { kind });
  }
}

function progressText(s: TrainStatus): string {
  if (s.state === 'preparing') return s.doing || 'preparing';
  if (s.state === 'finished') return `finished after ${s.iteration} iterations`;
  const left = s.secondsLeft === null || s.state !== 'running' ? '' : `, ${durationText(s.secondsLeft)} left`;
  const end = s.state === 'paused' ? ', paused' : s.state === 'saving' ? `, ${s.doing}` : '';
  return `iteration ${s.iteration} of ${s.iterations}${left}${end}`;
}
