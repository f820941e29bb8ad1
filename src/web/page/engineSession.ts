/**
 * The page's session with the engine worker: opens the device, sends the source, asks for previews after strokes, and
 * reports failures.
 */
import { type EngineClient, EngineError } from '../engineClient.ts';
import type { DeviceReport, SourceInput, TargetInput, TrainStatus } from '../engineProtocol.ts';
import { $ } from './dom.ts';
import { browserOf, hideNotice, notify, notifyError, showNotice, stepsFor } from './messages.ts';
import type { ResultPane } from './panes/resultPane.ts';
import { idle, type PageState } from './state.ts';

export class EngineSession {
  report: DeviceReport | null = null;
  /** Identifies the source that the engine has, by document and versions; empty for none. */
  private sentSource = '';
  /** Counts the documents opened. */
  private documents = 0;
  private previewing = false;
  /** The preview to make after the one under way. */
  private nextPreview: 'live' | 'full' | null = null;
  private idleWaiters: (() => void)[] = [];
  /** How long the last coarse preview took, in ms. Only where that is short, previews are made during strokes. */
  private coarseMs = Infinity;

  constructor(
    readonly engine: EngineClient,
    private readonly state: PageState,
    private readonly result: ResultPane,
  ) {
    state.on('document', () => {
      this.documents++;
      this.sentSource = '';
      this.preview();
    });
    state.on('painted', ({ live }) => this.preview(live));
    state.on('classes', () => this.preview());
    engine.on('status', (status) => this.setStatus(status));
    engine.on('level', ({ picture, field }) => {
      if (this.previewing) result.showPreview(picture, field);
    });
    engine.on('lost', ({ message, iteration }) => this.reportLoss(message, iteration));
    engine.on('failed', (failure) => notifyError(new EngineError(failure)));
    engine.on('stored', ({ error }) => {
      if (error)
        notify(`This browser has no room to keep the run (${error}): save it before you leave.`, {
          bad: true,
          kind: 'stored',
        });
    });
  }

  /** Takes a status of the engine for the page's. */
  setStatus(status: TrainStatus): void {
    this.state.status = status;
    this.state.emit('status', status);
  }

  /** Opens the device. False where that is not possible, which the result pane then explains. */
  async open(): Promise<boolean> {
    try {
      const disabledPasses = new URLSearchParams(location.search).get('disablePasses') ?? undefined;
      this.report = await this.engine.call('open', { disabledPasses });
    } catch (error) {
      this.report = null;
      const failure = error instanceof EngineError ? error.failure : null;
      const browser = browserOf(navigator.userAgent),
        found = failure?.kind === 'no-adapter';
      $('device').textContent = 'no WebGPU';
      if (failure?.kind === 'no-webgpu' || found) {
        showNotice(
          found ? 'No graphics adapter was found' : 'WebGPU is switched off here',
          found
            ? `${browser} has WebGPU, but no graphics card or driver that it accepts.`
            : 'This page computes on your own graphics card through WebGPU, ' +
                `which ${browser} does not offer at the moment.`,
          stepsFor(browser, found),
          [{ label: 'Try again', act: () => location.reload() }],
        );
      } else
        showNotice(
          'The graphics device could not be opened',
          error instanceof Error ? error.message : String(error),
          [],
          [
            {
              label: 'Try again',
              act: () =>
                void this.open().then((ok) => {
                  if (ok) this.preview();
                }),
            },
          ],
        );
      return false;
    }
    hideNotice();
    const { device, gflops } = this.report;
    const name =
      device.description || [device.vendor, device.architecture].filter(Boolean).join(' ') || 'graphics adapter';
    $('device').textContent = device.software ? 'processor (slow)' : name;
    const speed = gflops < 100 ? gflops.toFixed(0) : Math.round(gflops / 10) * 10;
    $('device').title = `${name}, about ${speed} GFLOP/s. Everything is computed on this device; nothing is uploaded.`;
    return true;
  }

  private reportLoss(message: string, iteration: number): void {
    this.previewing = false;
    this.sentSource = '';
    // The request that was preparing a training fails too, with a better message.
    if (this.state.status.state === 'preparing' && iteration === 0) {
      this.setStatus(idle);
      return;
    }
    const why = /Instance/.test(message) ? 'the browser’s graphics process ended' : message || 'its driver was reset';
    const run = this.state.hasRun ? ` The run is kept up to iteration ${iteration}.` : '';
    const { status, hasRun } = this.state;
    this.setStatus(hasRun ? { ...status, state: 'paused', iteration, secondsLeft: null, doing: '' } : idle);
    notify(`The graphics device was lost (${why}). Your painting is safe.${run}`, {
      bad: true,
      kind: 'lost',
      actions: [{ label: 'Go on', act: () => void this.recover() }],
    });
  }

  private async recover(): Promise<void> {
    const running = this.state.hasRun;
    if (!(await this.open())) return;
    this.preview();
    if (running) await this.engine.call('resume', {}).then((s) => this.setStatus(s), notifyError);
  }

  /** The document's photograph, source layout and classes. */
  source(): SourceInput {
    const { doc } = this.state;
    return {
      name: doc.name,
      photo: { width: doc.width, height: doc.height, data: doc.photo },
      labels: { width: doc.width, height: doc.height, data: doc.layers.source },
      classes: doc.classes,
      ...(doc.lines && { lines: true as const }),
    };
  }

  /** The layout of the shown target, under a name of the caller's. */
  target(name = 'target'): TargetInput {
    const { doc } = this.state;
    return { name, width: doc.width, height: doc.height, data: doc.layers.target };
  }

  /** Sends the source unless the engine has it. While there is a run, its source stays. */
  async sendSource(): Promise<void> {
    const { doc, hasRun } = this.state,
      now = `${this.documents} ${doc.version.source} ${doc.version.classes}`;
    if (now === this.sentSource || (hasRun && this.sentSource)) return;
    await this.engine.call('setSource', this.source());
    this.sentSource = now;
  }

  /** Makes a preview of the target. `live`, during a stroke: only its coarse levels, and only where they are quick. */
  preview(live = false): void {
    if (!this.report || !this.state.doc || (live && this.coarseMs > 120)) return;
    this.result.markOutdated();
    if (this.previewing) {
      if (this.nextPreview !== 'full') this.nextPreview = live ? 'live' : 'full';
      // The finer levels of an older layout are not worth waiting for.
      if (!live) void this.engine.call('cancelPreview', {}).catch(() => {});
      return;
    }
    void this.runPreview(live);
  }

  /** Makes the first preview of a picture, unless it is under way or there already. */
  previewIfNone(): void {
    if (!this.previewing && !this.result.previewPixels) this.preview();
  }

  /** Resolves when no preview is under way, for work that can wait. */
  previewIdle(): Promise<void> {
    return this.previewing
      ? new Promise((resolve) => {
          this.idleWaiters.push(resolve);
        })
      : Promise.resolve();
  }

  private async runPreview(live: boolean): Promise<void> {
    const missing = this.state.doc.missing();
    if (missing.length) {
      $('result-status').textContent = this.state.doc.lines
        ? 'Draw lines on the source too: what the photograph does not show cannot be learnt.'
        : `Paint ${missing.join(', ')} on the source layout too: what the photograph does not show cannot be learnt.`;
      return;
    }
    this.previewing = true;
    $('result-canvas').setAttribute('aria-busy', 'true');
    if (!live) $('result-status').textContent = 'Making a preview…';
    const began = performance.now();
    try {
      await this.sendSource();
      const { doc } = this.state,
        size = Math.min(this.report!.limits.previewSide, Math.max(doc.width, doc.height));
      const level = await this.engine.call('preview', { target: this.target(), size, skip: live ? 2 : 0 });
      if (level) {
        this.result.showPreview(level.picture, level.field);
        if (live || this.coarseMs === Infinity) this.coarseMs = live ? level.ms : level.ms / 8;
        const { width, height } = level.picture;
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        $('result-status').textContent =
          `Preview of ${width} × ${height} from patches of the photograph in ${seconds} s`;
      }
    } catch (error) {
      this.sentSource = '';
      if (!(error instanceof EngineError) || error.failure.kind !== 'lost')
        $('result-status').textContent = error instanceof Error ? error.message : String(error);
    } finally {
      this.previewing = false;
      const again = this.nextPreview;
      this.nextPreview = null;
      if (again) this.preview(again === 'live');
      else for (const go of this.idleWaiters.splice(0)) go();
      $('result-canvas').setAttribute('aria-busy', String(this.previewing));
    }
  }
}
