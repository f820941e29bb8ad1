/**
 * The training panel: settings and what they cost here; start, pause, go on, reset; progress; saving and opening runs.
 */
import { presetsByEffort, suggestedPreset } from '../../../model/presets.ts';
import { EngineError, type EngineClient } from '../../engineClient.ts';
import type { PresetName, RunInfo, TrainSettings, TrainStatus } from '../../engineProtocol.ts';
import { Curve } from './curve.ts';
import { $, download, durationText, fileName, h, icon, memory, on, stem } from '../dom.ts';
import { notifyError, notify } from '../messages.ts';
import { PaintDocument, type TargetLayout } from '../paint/document.ts';
import type { ResultPane } from '../panes/resultPane.ts';
import { idle, type PageState } from '../state.ts';
import type { EngineSession } from '../engineSession.ts';

const sizes = [32, 48, 64, 96, 128, 192, 256];
const lengths: [string, string][] = [
  ['preset', 'as planned'],
  ['2', '2 minutes'],
  ['5', '5 minutes'],
  ['15', '15 minutes'],
  ['60', 'an hour'],
  ['iterations', 'iterations…'],
];

const select = (id: string): HTMLSelectElement => $<HTMLSelectElement>(id);
const input = (id: string): HTMLInputElement => $<HTMLInputElement>(id);

export class TrainingPanel {
  readonly curve = new Curve();
  private readonly engine: EngineClient;
  private asked = 0; // estimates asked for; older answers are dropped
  private rendering = false;
  private hiddenAt: number | null = null;

  constructor(
    private readonly state: PageState,
    private readonly studio: EngineSession,
    private readonly result: ResultPane,
    private readonly openFile: () => void,
    private readonly inspected: () => void,
  ) {
    this.engine = studio.engine;
    select('preset').append(...presetsByEffort.map((p) => h('option', { value: p.name }, p.label)));
    select('size').append(...sizes.map((s) => h('option', { value: s, selected: s === 64 }, `${s} px`)));
    select('length').append(...lengths.map(([v, t]) => h('option', { value: v }, t)));
    for (const id of ['preset', 'size', 'length', 'iterations', 'width', 'seed'])
      $(id).addEventListener('change', () => this.estimate());
    on('length', 'change', () => {
      $('iterations-label').hidden = select('length').value !== 'iterations';
    });
    on('train', 'click', () => void this.toggle());
    on('reset', 'click', () => void this.reset());
    on('save', 'click', () => void this.save());
    on('open-run', 'click', () => this.openFile());
    on('download', 'click', () => void this.downloadPicture());
    const more = $<HTMLDetailsElement>('more');
    more.addEventListener('focusout', (e) => {
      if (!more.contains(e.relatedTarget as Node | null)) more.open = false;
    });
    $('download').replaceChildren(icon('down'), 'PNG');
    state.on('status', (s) => {
      this.show(s);
      void this.tellNames();
    });
    state.on('document', () => this.estimate());
    state.on('painted', ({ live }) => {
      if (!live) void this.follow();
    });
    state.on('targets', () => void this.tellNames());
    this.engine.on('losses', (row) => this.curve.add(row));
    this.engine.on('picture', ({ target, iteration, picture }) => {
      if (target === this.wanted) this.fadeIn(picture, iteration);
    });
    document.addEventListener('visibilitychange', () => this.visibility());
    this.show(state.status);
  }

  /** Chosen for the device: what a processor does in minutes, a graphics card does large. */
  suit(software: boolean): void {
    select('preset').value = suggestedPreset(software);
    select('size').value = software ? '64' : '256';
    select('length').value = software ? '5' : 'preset';
    this.estimate();
  }

  private get settings(): TrainSettings {
    const number = (id: string): number | undefined =>
      input(id).value.trim() === '' ? undefined : Number(input(id).value);
    const length = select('length').value;
    return {
      preset: select('preset').value as PresetName,
      size: Number(select('size').value),
      width: number('width'),
      seed: number('seed') ?? 0,
      ...(length === 'iterations'
        ? { iterations: number('iterations') }
        : length !== 'preset' && { minutes: Number(length) }),
    };
  }

  estimate(): void {
    if (!this.studio.report || !this.state.doc || this.state.learnt) return;
    const mine = ++this.asked;
    setTimeout(async () => {
      await this.studio.quiet();
      if (mine !== this.asked || this.state.learnt) return;
      $('estimate').textContent = 'estimating…';
      try {
        await this.studio.tellSource();
        const e = await this.engine.call('estimate', this.settings);
        if (mine === this.asked && !this.state.learnt)
          this.tellEstimate(
            `${e.exact ? '' : 'about '}${durationText(e.seconds)}, ${e.iterations} iterations, ${memory(e.bytes)}${e.note ? `. ${e.note}` : ''}`,
          );
      } catch (error) {
        const lost = error instanceof EngineError && error.failure.kind === 'lost'; // told of by itself
        if (mine === this.asked && !this.state.learnt)
          this.tellEstimate(lost ? '' : error instanceof Error ? error.message : String(error));
      }
    }, 250);
  }
  private tellEstimate(text: string): void {
    $('estimate').textContent = $('estimate').title = text;
  }

  // ---- start, pause, reset

  private wanted = 'target 0';
  private version = 0;

  private async toggle(): Promise<void> {
    const { state } = this.state.status;
    if (!this.studio.report) {
      notify('Training needs WebGPU; what to do is in the result pane.', { bad: true, kind: 'no gpu' });
      return;
    }
    try {
      if (state === 'running') await this.pause();
      else if (state === 'paused') this.studio.setStatus(await this.engine.call('resume', {}));
      else if (state === 'none' || state === 'finished') await this.start();
    } catch (error) {
      this.failed(error);
    }
  }

  private async pause(): Promise<void> {
    try {
      this.studio.setStatus(await this.engine.call('pause', {}));
    } catch (error) {
      // A device that is lost meanwhile is told of by its own event, with the iteration that is kept.
      if (!(error instanceof EngineError) || error.failure.kind !== 'lost') throw error;
    }
  }

  private async start(): Promise<void> {
    const { doc } = this.state,
      missing = doc.missing(true);
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
    this.studio.setStatus({ ...idle, state: 'preparing', doing: 'preparing' });
    try {
      await this.studio.tellSource();
      this.curve.set([]);
      this.result.showNetwork(null, 0);
      this.version++;
      this.wanted = doc.target.name;
      // All of them are learnt; the one at hand comes first, and is the one whose picture is shown.
      const targets = [doc.target, ...doc.targets.filter((t) => t !== doc.target)];
      this.know(targets);
      await this.engine.call('train', {
        ...this.settings,
        targets: targets.map(({ name, labels }) => ({ ...this.studio.target(name), data: labels })),
      });
      if (targets.length > 1 || this.wanted !== doc.target.name) await this.follow();
    } catch (error) {
      this.studio.setStatus(idle);
      this.tellEstimate(''); // what was being prepared is not any more
      throw error;
    }
  }

  private failed(error: unknown): void {
    const failure = error instanceof EngineError ? error.failure : null;
    if (failure?.smaller) {
      const size = sizes.filter((s) => s <= failure.smaller!).at(-1) ?? sizes[0];
      const again = async (): Promise<void> => {
        select('size').value = String(size);
        if (failure.kind === 'lost' && !(await this.studio.open())) return;
        this.estimate();
        await this.toggle();
      };
      notifyError(error, [{ label: `Use ${size} px`, act: () => void again() }]);
    } else notifyError(error);
  }

  private reset(): Promise<void> {
    return (this.state.resetting = this.forget());
  }

  private async forget(): Promise<void> {
    this.told.clear();
    try {
      this.studio.setStatus(await this.engine.call('reset', {}));
    } catch (e) {
      notifyError(e);
    }
    this.curve.set([]);
    this.result.showNetwork(null, 0);
    this.estimate();
  }

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
    const going = s.state === 'running' || s.state === 'saving';
    if (button.dataset.text !== text) {
      button.dataset.text = text;
      button.replaceChildren(icon(going ? 'pause' : 'play'), text);
    }
    button.disabled = s.state === 'preparing';
    button.setAttribute('aria-disabled', String(s.state === 'saving')); // for a moment: the focus stays where it is
    $<HTMLButtonElement>('reset').disabled = s.state === 'none';
    $<HTMLButtonElement>('save').disabled = s.state === 'none' || s.state === 'preparing';
    for (const id of ['preset', 'size', 'length', 'iterations', 'width', 'seed'])
      $<HTMLInputElement>(id).disabled = s.state !== 'none' && s.state !== 'finished';
    $<HTMLProgressElement>('progress').value = s.iterations ? s.iteration / s.iterations : 0;
    if (s.state !== 'none') {
      const left = s.secondsLeft === null || s.state !== 'running' ? '' : `, ${durationText(s.secondsLeft)} left`;
      const end = s.state === 'paused' ? ', paused' : s.state === 'saving' ? `, ${s.doing}` : '';
      this.tellEstimate(
        s.state === 'preparing'
          ? s.doing || 'preparing'
          : s.state === 'finished'
            ? `finished after ${s.iteration} iterations`
            : `iteration ${s.iteration} of ${s.iterations}${left}${end}`,
      );
    }
    document.title = going ? `${Math.floor((100 * s.iteration) / Math.max(1, s.iterations))} % · SemIA` : 'SemIA';
    if (s.state === 'finished' && !this.rendered) void this.finish();
    if (s.state !== 'finished') this.rendered = false;
  }

  // ---- pictures of the run

  private rendered = false;
  private async finish(): Promise<void> {
    this.rendered = true;
    await this.render(false);
    this.inspected();
  }

  private fadeIn(picture: import('../../engineProtocol.ts').Pixels, iteration: number): void {
    const done = iteration / Math.max(1, this.state.status.iterations);
    this.result.showNetwork(picture, this.state.status.state === 'finished' ? 1 : done * done * (3 - 2 * done));
  }

  /** The targets that the run has, by the names it knows them by: what is renamed here (or undone) is renamed there. */
  private readonly told = new Map<TargetLayout, string>();

  private async tellNames(): Promise<void> {
    if (!this.state.learnt || this.state.status.state === 'preparing') return; // there is nobody yet to be told
    for (const [target, from] of this.told) {
      if (target.name === from) continue;
      this.told.set(target, target.name);
      if (this.wanted === from) this.wanted = target.name;
      await this.engine.call('renameTarget', { from, to: target.name }).catch(notifyError);
    }
  }

  private know(targets: readonly TargetLayout[]): void {
    this.told.clear();
    for (const t of targets) this.told.set(t, t.name);
  }

  /** After a stroke: the run is shown on the layout as it is now. */
  private async follow(): Promise<void> {
    const { state } = this.state.status;
    if (state === 'none' || state === 'preparing' || this.state.doc.missing().length) return;
    this.wanted = `layout ${++this.version}`;
    try {
      if (state === 'running') await this.engine.call('watch', { targets: [this.studio.target(this.wanted)] });
      else await this.render(state !== 'finished');
    } catch (e) {
      notifyError(e);
    }
  }

  /** `raw`: the generator's draft; else finished, at full size. The newest layout wins. */
  async render(raw: boolean): Promise<void> {
    if (this.rendering) return;
    this.rendering = true;
    const version = this.version;
    try {
      const { picture, iteration } = await this.engine.call('render', { target: this.studio.target(this.wanted), raw });
      if (version === this.version) this.fadeIn(picture, iteration);
    } catch (e) {
      notifyError(e);
    }
    this.rendering = false;
    if (version !== this.version) void this.render(raw);
  }

  private async downloadPicture(): Promise<void> {
    const { doc } = this.state,
      name = stem(doc.name);
    try {
      if (this.state.learnt && this.result.mode !== 'preview') {
        const { bytes } = await this.engine.call('exportPng', {
          target: this.studio.target(doc.target.name),
          run: `${name}.run`,
        });
        download(bytes, `${fileName(doc.name, doc.target.name)}-result.png`, 'image/png');
      } else if (this.result.previewPixels) this.savePreview();
      else notify('There is no result yet.', { kind: 'nothing' });
    } catch (e) {
      notifyError(e);
    }
  }
  savePreview: () => void = () => {};

  // ---- runs

  private async save(): Promise<void> {
    try {
      const { name, bytes } = await this.engine.call('save', {});
      download(bytes, name, 'application/zip');
    } catch (e) {
      notifyError(e);
    }
  }

  /** `offered`: by the server, which offers it again after a reload. */
  async open(file: { name: string; bytes: Uint8Array<ArrayBuffer>; offered?: boolean }): Promise<void> {
    if (!this.studio.report) {
      notify('Opening a run needs WebGPU.', { bad: true });
      return;
    }
    try {
      this.adopt(await this.engine.call('openRun', file));
    } catch (e) {
      notifyError(e);
    }
  }
  async restore(): Promise<void> {
    try {
      this.adopt(await this.engine.call('restore', {}));
    } catch (e) {
      notifyError(e);
    }
  }

  /** Shows a run that has been opened: its photograph, layouts, settings and curve. */
  private adopt(run: RunInfo): void {
    const { source, targets, settings: s } = run;
    const same = targets
      .filter((t) => t.width === source.photo.width && t.height === source.photo.height)
      .map((t) => ({ name: t.name, labels: t.data }));
    if (same.length < targets.length)
      notify(
        `${targets.length - same.length} of the run's ${targets.length} targets have another size than the photograph: they stay in the run, and are not shown here.`,
        { kind: 'other sizes' },
      );
    this.state.status = run.status;
    const doc = new PaintDocument({
      name: source.name,
      ...source.photo,
      photo: source.photo.data,
      source: source.labels.data,
      targets: same,
      classes: source.classes,
      lines: source.lines,
    });
    const options = [...select('size').options].map((o) => o.value);
    if (!options.includes(String(s.size))) select('size').append(h('option', { value: s.size }, `${s.size} px`));
    Object.assign(select('preset'), { value: s.preset });
    select('size').value = String(s.size);
    select('length').value = 'iterations';
    $('iterations-label').hidden = false;
    input('iterations').value = String(s.iterations);
    input('width').value = String(s.width);
    input('seed').value = String(s.seed);
    this.curve.set(run.losses);
    this.wanted = `layout ${++this.version}`;
    this.rendered = true;
    this.state.setDocument(doc);
    this.know(same.length ? doc.targets : []);
    this.studio.setStatus(run.status);
    if (run.status.iteration > 0) void this.render(run.status.state !== 'finished');
  }

  // ---- a tab in the background

  private visibility(): void {
    const { state, iteration } = this.state.status;
    if (document.hidden) {
      this.hiddenAt = state === 'running' ? iteration : null;
      return;
    }
    if (this.hiddenAt === null || (state !== 'running' && state !== 'saving' && state !== 'finished')) return;
    const done = iteration - this.hiddenAt,
      kind = 'background';
    this.hiddenAt = null;
    if (done > 0) notify(`Training went on while this tab was in the background: ${done} more iterations.`, { kind });
    else if (state === 'running') {
      notify('The browser paused training while this tab was in the background; it goes on now.', { kind });
    }
  }
}
