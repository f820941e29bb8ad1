/** The state that the parts of the page share: document, tool settings and the run's status; events of its changes. */
import type { TrainStatus } from '../engineProtocol.ts';
import type { PaintDocument } from './paint/document.ts';
import type { LayerName } from './paint/layers.ts';
import { type Settings, suits } from './paint/tools.ts';

interface StateEvents {
  /** Another document was opened. */
  document: PaintDocument;
  /** Tool, class, size or layer has changed. */
  settings: Settings;
  /** A layer has changed, and a preview is due. `live`: during a stroke. */
  painted: { layer: LayerName; live: boolean };
  /** Names, colors or number of classes have changed. */
  classes: null;
  /** The list of targets, a name in it, or the shown one has changed. */
  targets: null;
  status: TrainStatus;
}

/** The status without a run. */
export const idle: TrainStatus = { state: 'none', iteration: 0, iterations: 0, secondsLeft: null, doing: '' };

export class PageState {
  doc!: PaintDocument;
  readonly settings: Settings = { tool: 'brush', layer: 'target', label: 0, size: 24 };
  status: TrainStatus = idle;
  /** Resolves when the reset under way, if any, has ended: until then the run exists. */
  resetting: Promise<void> = Promise.resolve();
  /** Layouts to start a target from. A scene's are painted one after the other: null until then. */
  presets: { name: string; labels: Uint8Array | null }[] = [];
  private readonly listeners = new Map<keyof StateEvents, Set<(value: never) => void>>();

  on<K extends keyof StateEvents>(event: K, listener: (value: StateEvents[K]) => void): void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener as (value: never) => void));
  }

  emit<K extends keyof StateEvents>(event: K, value: StateEvents[K]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(value as never);
  }

  set(change: Partial<Settings>): void {
    Object.assign(this.settings, change);
    this.emit('settings', this.settings);
  }

  setDocument(doc: PaintDocument, presets: PageState['presets'] = []): void {
    this.doc = doc;
    this.presets = presets;
    const longer = Math.max(doc.width, doc.height),
      tool = suits(this.settings.tool, doc) ? this.settings.tool : 'brush';
    // In drawings the brush is as thin as a pen.
    this.set({
      label: doc.lines ? 1 : Math.min(this.settings.label, doc.classes.length - 1),
      layer: 'target',
      tool,
      size: Math.max(1, Math.round(longer / (doc.lines ? 256 : 11))),
    });
    doc.on((c) => {
      if ('classes' in c) {
        if (this.settings.label >= this.doc.classes.length) this.set({ label: 0 });
        this.emit('classes', null);
      } else if ('targets' in c) this.emit('targets', null);
    });
    this.emit('document', doc);
  }

  /** True while a run exists. Its source layout and classes are then fixed, since it has learned them. */
  get hasRun(): boolean {
    return this.status.state !== 'none';
  }
}
