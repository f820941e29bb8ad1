/** The form of the training panel, and what a training with its settings would cost on this device. */
import { presetsByEffort, suggestedPreset } from '../../../model/presets.ts';
import { EngineError } from '../../engineClient.ts';
import type { Estimate, PresetName, RunInfo, TrainSettings } from '../../engineProtocol.ts';
import { $, durationText, h, memory, on } from '../dom.ts';
import type { EngineSession } from '../engineSession.ts';
import type { PageState } from '../state.ts';

const sizes = [32, 48, 64, 96, 128, 192, 256];
const lengths: [string, string][] = [
  ['preset', 'as planned'],
  ['2', '2 minutes'],
  ['5', '5 minutes'],
  ['15', '15 minutes'],
  ['60', 'an hour'],
  ['iterations', 'iterations…'],
];
const fields = ['preset', 'size', 'length', 'iterations', 'width', 'seed'] as const;

/** Waits for this long after a change before it asks for an estimate, in ms. */
const estimateDelayMs = 250;

const select = (id: string): HTMLSelectElement => $<HTMLSelectElement>(id);
const input = (id: string): HTMLInputElement => $<HTMLInputElement>(id);

/** Shows the estimate or the progress of the training. */
export function showProgressText(text: string): void {
  $('estimate').textContent = $('estimate').title = text;
}

export class TrainingSettings {
  /** Counts the estimates, so that answers to older ones are dropped. */
  private estimates = 0;

  constructor(
    private readonly state: PageState,
    private readonly engineSession: EngineSession,
  ) {
    select('preset').append(...presetsByEffort.map((p) => h('option', { value: p.name }, p.label)));
    select('size').append(...sizes.map((s) => h('option', { value: s, selected: s === 64 }, `${s} px`)));
    select('length').append(...lengths.map(([v, t]) => h('option', { value: v }, t)));
    for (const id of fields) on(id, 'change', () => this.estimate());
    on('length', 'change', () => this.showIterations());
    const more = $<HTMLDetailsElement>('more');
    more.addEventListener('focusout', (e) => {
      if (!more.contains(e.relatedTarget as Node | null)) more.open = false;
    });
    state.on('document', () => this.estimate());
  }

  /** Settings that suit the device: small and fast on a processor. */
  applyDefaults(software: boolean): void {
    select('preset').value = suggestedPreset(software);
    select('size').value = software ? '64' : '256';
    select('length').value = software ? '5' : 'preset';
    this.estimate();
  }

  /** The settings as the form shows them. */
  get values(): TrainSettings {
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

  /** Shows the settings of an opened run. */
  show(s: RunInfo['settings']): void {
    const options = [...select('size').options].map((o) => o.value);
    if (!options.includes(String(s.size))) select('size').append(h('option', { value: s.size }, `${s.size} px`));
    select('preset').value = s.preset;
    select('size').value = String(s.size);
    select('length').value = 'iterations';
    this.showIterations();
    input('iterations').value = String(s.iterations);
    input('width').value = String(s.width);
    input('seed').value = String(s.seed);
  }

  /** The largest size offered that is at most `size`. */
  sizeUpTo(size: number): number {
    return sizes.filter((s) => s <= size).at(-1) ?? sizes[0];
  }
  setSize(size: number): void {
    select('size').value = String(size);
  }

  setEnabled(enabled: boolean): void {
    for (const id of fields) input(id).disabled = !enabled;
  }

  /** Shows what a training would cost, after the preview under way. Does nothing while there is a run. */
  estimate(): void {
    if (!this.engineSession.report || !this.state.doc || this.state.hasRun) return;
    const mine = ++this.estimates;
    const isCurrent = (): boolean => mine === this.estimates && !this.state.hasRun;
    setTimeout(async () => {
      await this.engineSession.previewIdle();
      if (!isCurrent()) return;
      $('estimate').textContent = 'estimating…';
      try {
        await this.engineSession.sendSource();
        const estimate = await this.engineSession.engine.call('estimate', this.values);
        if (isCurrent()) showProgressText(estimateText(estimate));
      } catch (error) {
        const lost = error instanceof EngineError && error.failure.kind === 'lost'; // has a message of its own
        if (isCurrent()) showProgressText(lost ? '' : error instanceof Error ? error.message : String(error));
      }
    }, estimateDelayMs);
  }

  private showIterations(): void {
    $('iterations-label').hidden = select('length').value !== 'iterations';
  }
}

function estimateText({ exact, seconds, iterations, bytes, note }: Estimate): string {
  const cost = `${durationText(seconds)}, ${iterations} iterations, ${memory(bytes)}`;
  return `${exact ? '' : 'about '}${cost}${note ? `. ${note}` : ''}`;
}
