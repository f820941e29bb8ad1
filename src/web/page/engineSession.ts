/**
 * The page's dealings with the engine: the device, the source it has been told, previews after strokes, and what to say
 * when it fails.
 */
import { EngineError, type EngineClient } from '../engineClient.ts';
import type { DeviceReport, SourceInput, TargetInput, TrainStatus } from '../engineProtocol.ts';
import { $ } from './dom.ts';
import { browserOf, notifyError, hideNotice, notify, showNotice, stepsFor } from './messages.ts';
import type { ResultPane } from './panes/resultPane.ts';
import { idle, type PageState } from './state.ts';

export class EngineSession {
  report: DeviceReport | null = null;
  private told = ''; // the source the engine has, by document and version
  private opened = 0; // documents so far
  private previewing = false;
  private again: 'live' | 'whole' | null = null;
  private waiting: (() => void)[] = [];
  /** How long the last coarse preview took, in ms: decides whether strokes are followed while they are drawn. */
  private coarse = Infinity;

  constructor(
    readonly engine: EngineClient,
    private readonly state: PageState,
    private readonly result: ResultPane,
  ) {
    state.on('document', () => {
      this.opened++;
      this.told = '';
      this.preview();
    });
    state.on('painted', ({ live }) => this.preview(live));
    state.on('classes', () => this.preview());
    engine.on('status', (status) => this.setStatus(status));
    engine.on('level', ({ picture, field }) => {
      if (this.previewing) result.showPreview(picture, field);
    });
    engine.on('lost', ({ message, iteration }) => this.lost(message, iteration));
    engine.on('failed', (failure) => notifyError(new EngineError(failure)));
    engine.on('kept', ({ error }) => {
      if (error)
        notify(`This browser has no room to keep the run (${error}): save it before you leave.`, {
          bad: true,
          kind: 'kept',
        });
    });
  }

  setStatus(status: TrainStatus): void {
    this.state.status = status;
    this.state.tell('status', status);
  }

  /** Opens the device; false where there is none, which the result pane then explains. */
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
            : `This page computes on your own graphics card through WebGPU, which ${browser} does not offer at the moment.`,
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
    $('device').title =
      `${name}, about ${gflops < 100 ? gflops.toFixed(0) : Math.round(gflops / 10) * 10} GFLOP/s. Everything is computed on this device; nothing is uploaded.`;
    return true;
  }

  private lost(message: string, iteration: number): void {
    this.previewing = false;
    this.told = '';
    // What was being prepared fails by itself, and says more.
    if (this.state.status.state === 'preparing' && iteration === 0) {
      this.setStatus(idle);
      return;
    }
    const why = /Instance/.test(message) ? 'the browser’s graphics process ended' : message || 'its driver was reset';
    const run = this.state.learnt ? ` The run is kept up to iteration ${iteration}.` : '';
    const { status, learnt } = this.state;
    this.setStatus(learnt ? { ...status, state: 'paused', iteration, secondsLeft: null, doing: '' } : idle);
    notify(`The graphics device was lost (${why}). Your painting is safe.${run}`, {
      bad: true,
      kind: 'lost',
      actions: [{ label: 'Go on', act: () => void this.recover() }],
    });
  }

  private async recover(): Promise<void> {
    const running = this.state.learnt;
    if (!(await this.open())) return;
    this.preview();
    if (running) await this.engine.call('resume', {}).then((s) => this.setStatus(s), notifyError);
  }

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

  target(name = 'target'): TargetInput {
    const { doc } = this.state;
    return { name, width: doc.width, height: doc.height, data: doc.layers.target };
  }

  /** Sends the source where the engine has another. A run's source stays what it has learnt. */
  async tellSource(): Promise<void> {
    const { doc, learnt } = this.state,
      now = `${this.opened} ${doc.version.source} ${doc.version.classes}`;
    if (now === this.told || (learnt && this.told)) return;
    await this.engine.call('setSource', this.source());
    this.told = now;
  }

  /** Asks for a preview of the target as it is. In the middle of a stroke: its coarse levels, if they are quick. */
  preview(live = false): void {
    if (!this.report || !this.state.doc || (live && this.coarse > 120)) return;
    this.result.outdate();
    if (this.previewing) {
      if (this.again !== 'whole') this.again = live ? 'live' : 'whole';
      // A finer level of an older layout is not worth waiting for.
      if (!live) void this.engine.call('cancelPreview', {}).catch(() => {});
      return;
    }
    void this.run(live);
  }

  /** The picture just opened: its preview, unless that is under way already. */
  first(): void {
    if (!this.previewing && !this.result.previewPixels) this.preview();
  }

  /** Resolves when no preview is under way: what nobody waits for comes after it. */
  quiet(): Promise<void> {
    return this.previewing
      ? new Promise((resolve) => {
          this.waiting.push(resolve);
        })
      : Promise.resolve();
  }

  private async run(live: boolean): Promise<void> {
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
      await this.tellSource();
      const { doc } = this.state,
        size = Math.min(this.report!.limits.previewSide, Math.max(doc.width, doc.height));
      const level = await this.engine.call('preview', { target: this.target(), size, skip: live ? 2 : 0 });
      if (level) {
        this.result.showPreview(level.picture, level.field);
        if (live || this.coarse === Infinity) this.coarse = live ? level.ms : level.ms / 8;
        $('result-status').textContent =
          `Preview of ${level.picture.width} × ${level.picture.height} from patches of the photograph in ${((performance.now() - began) / 1000).toFixed(1)} s`;
      }
    } catch (error) {
      this.told = '';
      if (!(error instanceof EngineError) || error.failure.kind !== 'lost')
        $('result-status').textContent = error instanceof Error ? error.message : String(error);
    } finally {
      this.previewing = false;
      const again = this.again;
      this.again = null;
      if (again) this.preview(again === 'live');
      else for (const go of this.waiting.splice(0)) go();
      $('result-canvas').setAttribute('aria-busy', String(this.previewing));
    }
  }
}
