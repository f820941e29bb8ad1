/** Runs and pictures as files: saved, opened, restored from this browser's storage, downloaded. */
import type { EngineClient } from '../../engineClient.ts';
import type { RunInfo } from '../../engineProtocol.ts';
import type { Bytes } from '../../wireTypes.ts';
import { download, fileName, on, stem } from '../dom.ts';
import type { EngineSession } from '../engineSession.ts';
import { notify, notifyError } from '../messages.ts';
import { PaintDocument } from '../paint/document.ts';
import type { ResultPane } from '../panes/resultPane.ts';
import type { PageState } from '../state.ts';
import type { Curve } from './curve.ts';
import type { RunPictures } from './runPictures.ts';
import type { TrainingSettings } from './trainingSettings.ts';

/** The parts of the training panel that show an opened run. */
export interface RunViews {
  settings: TrainingSettings;
  pictures: RunPictures;
  curve: Curve;
  result: ResultPane;
}

export class RunFiles {
  private readonly engine: EngineClient;

  /** `openFile`: asks for the file of a run. `savePreview`: downloads the preview, where there is no run's picture. */
  constructor(
    private readonly state: PageState,
    private readonly engineSession: EngineSession,
    private readonly views: RunViews,
    openFile: () => void,
    private readonly savePreview: () => void,
  ) {
    this.engine = engineSession.engine;
    on('save', 'click', () => void this.save());
    on('open-run', 'click', openFile);
    on('download', 'click', () => void this.downloadPicture());
  }

  /** Opens the zip of a run. `offered`: by the server, which offers it again after a reload. */
  async open(file: { name: string; bytes: Bytes; offered?: boolean }): Promise<void> {
    if (!this.engineSession.report) {
      notify('Opening a run needs WebGPU.', { bad: true });
      return;
    }
    try {
      this.show(await this.engine.call('openRun', file));
    } catch (e) {
      notifyError(e);
    }
  }

  /** Opens the run that this browser has stored. */
  async restore(): Promise<void> {
    try {
      this.show(await this.engine.call('restore', {}));
    } catch (e) {
      notifyError(e);
    }
  }

  private async save(): Promise<void> {
    try {
      const { name, bytes } = await this.engine.call('save', {});
      download(bytes, name, 'application/zip');
    } catch (e) {
      notifyError(e);
    }
  }

  private async downloadPicture(): Promise<void> {
    const { doc } = this.state;
    const { result } = this.views;
    try {
      if (this.state.hasRun && result.mode !== 'preview') {
        const { bytes } = await this.engine.call('exportPng', {
          target: this.engineSession.target(doc.target.name),
          run: `${stem(doc.name)}.run`,
        });
        download(bytes, `${fileName(doc.name, doc.target.name)}-result.png`, 'image/png');
      } else if (result.previewPixels) this.savePreview();
      else notify('There is no result yet.', { kind: 'nothing' });
    } catch (e) {
      notifyError(e);
    }
  }

  /** Shows an opened run: its photograph, layouts, settings, losses and picture. */
  private show(run: RunInfo): void {
    const { settings, pictures, curve } = this.views;
    const { source, targets, status } = run;
    const { width, height } = source.photo;
    const shown = targets
      .filter((t) => t.width === width && t.height === height)
      .map((t) => ({ name: t.name, labels: t.data }));
    if (shown.length < targets.length)
      notify(
        `${targets.length - shown.length} of the run's ${targets.length} targets have another size than the ` +
          'photograph: they stay in the run, and are not shown here.',
        { kind: 'other sizes' },
      );
    this.state.status = status;
    const doc = new PaintDocument({
      name: source.name,
      width,
      height,
      photo: source.photo.data,
      source: source.labels.data,
      targets: shown,
      classes: source.classes,
      lines: source.lines,
    });
    settings.show(run.settings);
    curve.set(run.losses);
    pictures.openRun(shown.length ? doc.targets : []);
    this.state.setDocument(doc);
    this.engineSession.setStatus(status);
    if (status.iteration > 0) void pictures.render(status.state !== 'finished');
  }
}
