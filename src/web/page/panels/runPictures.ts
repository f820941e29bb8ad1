/** The pictures of a run: drafts while it trains, finished ones after it, both of the layout as it is painted now. */
import type { EngineClient } from '../../engineClient.ts';
import type { Pixels, TargetInput, TrainStatus } from '../../engineProtocol.ts';
import type { EngineSession } from '../engineSession.ts';
import { notifyError } from '../messages.ts';
import type { TargetLayout } from '../paint/targets.ts';
import type { ResultPane } from '../panes/resultPane.ts';
import type { PageState } from '../state.ts';

export class RunPictures {
  private readonly engine: EngineClient;
  /** The name under which the worker has the layout that is shown. */
  private shownTarget = '';
  /** Counts the layouts that were sent, so that pictures of older ones are dropped. */
  private version = 0;
  private rendering = false;
  /** Whether the finished run has been rendered. */
  private finished = false;
  /** The run's targets by the names that the worker has: what is renamed in the page is renamed there. */
  private readonly runNames = new Map<TargetLayout, string>();

  /** `inspect`: shows what the networks see, once a run has finished. */
  constructor(
    private readonly state: PageState,
    private readonly engineSession: EngineSession,
    private readonly result: ResultPane,
    private readonly inspect: () => void,
  ) {
    this.engine = engineSession.engine;
    state.on('status', (status) => {
      this.renderFinished(status);
      void this.syncNames();
    });
    state.on('painted', ({ live }) => {
      if (!live) void this.showLayout();
    });
    state.on('targets', () => void this.syncNames());
    this.engine.on('picture', ({ target, iteration, picture }) => {
      if (target === this.shownTarget) this.fadeIn(picture, iteration);
    });
  }

  /** A new run with these targets, of which the first is shown. */
  beginRun(targets: readonly TargetLayout[]): void {
    this.clear();
    this.version++;
    this.shownTarget = targets[0].name;
    this.setTargets(targets);
  }

  /** An opened run. `targets`: those of its targets that the page shows. */
  openRun(targets: readonly TargetLayout[]): void {
    this.shownTarget = `layout ${++this.version}`;
    this.finished = true;
    this.setTargets(targets);
  }

  /** Ends the link between the document's targets and the run's: renaming is local from now on. */
  forgetTargets(): void {
    this.runNames.clear();
  }

  /** Takes the run's picture away. */
  clear(): void {
    this.result.showNetwork(null, 0);
  }

  /** Whether the layout that is shown goes by this name. */
  shows(name: string): boolean {
    return this.shownTarget === name;
  }

  /** After a stroke: shows the run's picture of the layout as it is now. */
  async showLayout(): Promise<void> {
    const { state } = this.state.status;
    if (state === 'none' || state === 'preparing' || this.state.doc.missing().length) return;
    this.shownTarget = `layout ${++this.version}`;
    try {
      if (state === 'running') await this.engine.call('watch', { targets: [this.target] });
      else await this.render(state !== 'finished');
    } catch (e) {
      notifyError(e);
    }
  }

  /** Renders the layout. `raw`: the generator's draft, else finished, at full size. The newest layout wins. */
  async render(raw: boolean): Promise<void> {
    if (this.rendering) return;
    this.rendering = true;
    const { version } = this;
    try {
      const { picture, iteration } = await this.engine.call('render', { target: this.target, raw });
      if (version === this.version) this.fadeIn(picture, iteration);
    } catch (e) {
      notifyError(e);
    }
    this.rendering = false;
    if (version !== this.version) void this.render(raw);
  }

  private get target(): TargetInput {
    return this.engineSession.target(this.shownTarget);
  }

  private setTargets(targets: readonly TargetLayout[]): void {
    this.runNames.clear();
    for (const t of targets) this.runNames.set(t, t.name);
  }

  private renderFinished({ state }: TrainStatus): void {
    if (state === 'finished' && !this.finished) void this.render(false).then(() => this.inspect());
    this.finished = state === 'finished';
  }

  /** Shows a picture over the preview, the more opaque the further the run has come. */
  private fadeIn(picture: Pixels, iteration: number): void {
    const { state, iterations } = this.state.status;
    const done = iteration / Math.max(1, iterations);
    this.result.showNetwork(picture, state === 'finished' ? 1 : done * done * (3 - 2 * done));
  }

  /** Sends the new names of renamed targets, also after undo. */
  private async syncNames(): Promise<void> {
    if (!this.state.hasRun || this.state.status.state === 'preparing') return; // the worker has no run yet
    for (const [target, from] of this.runNames) {
      if (target.name === from) continue;
      this.runNames.set(target, target.name);
      if (this.shownTarget === from) this.shownTarget = target.name;
      await this.engine.call('renameTarget', { from, to: target.name }).catch(notifyError);
    }
  }
}
