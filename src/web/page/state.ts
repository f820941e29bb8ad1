/** What the parts of the page share: the document, the tool settings, the run's status, and word of their changes. */
import type { TrainStatus } from '../engineProtocol.ts';
import type { LayerName, PaintDocument } from './paint/document.ts';
import { suits, type Settings } from './paint/tools.ts';

interface News {
  /** Another document. */
  document: PaintDocument;
  /** Tool, class, size or layer. */
  settings: Settings;
  /** A layer has changed and nothing is being drawn any more: time for a preview. `live`: in the middle of a stroke. */
  painted: { layer: LayerName; live: boolean };
  /** Names, colors or number of classes. */
  classes: null;
  /** Which targets there are, and which is shown. */
  targets: null;
  status: TrainStatus;
}

export const idle: TrainStatus = { state: 'none', iteration: 0, iterations: 0, secondsLeft: null, doing: '' };

export class PageState {
  doc!: PaintDocument;
  readonly settings: Settings = { tool: 'brush', layer: 'target', label: 0, size: 24 };
  status: TrainStatus = idle;
  /** Ends with the reset that is under way, if one is: until then the run is still there. */
  resetting: Promise<void> = Promise.resolve();
  /** Layouts that can be begun from; a scene's targets come one after the other. */
  presets: { name: string; labels: Uint8Array | null }[] = [];
  private readonly listeners = new Map<keyof News, Set<(news: never) => void>>();

  on<K extends keyof News>(news: K, listener: (n: News[K]) => void): void {
    const all = this.listeners.get(news) ?? new Set();
    this.listeners.set(news, all.add(listener as (n: never) => void));
  }

  tell<K extends keyof News>(news: K, value: News[K]): void {
    for (const l of this.listeners.get(news) ?? []) l(value as never);
  }

  set(change: Partial<Settings>): void {
    Object.assign(this.settings, change);
    this.tell('settings', this.settings);
  }

  setDocument(doc: PaintDocument, presets: PageState['presets'] = []): void {
    this.doc = doc;
    this.presets = presets;
    const longer = Math.max(doc.width, doc.height),
      tool = suits(this.settings.tool, doc) ? this.settings.tool : 'brush';
    // A drawing is drawn on with a pen.
    this.set({
      label: doc.lines ? 1 : Math.min(this.settings.label, doc.classes.length - 1),
      layer: 'target',
      tool,
      size: Math.max(1, Math.round(longer / (doc.lines ? 256 : 11))),
    });
    doc.on((c) => {
      if ('classes' in c) {
        if (this.settings.label >= this.doc.classes.length) this.set({ label: 0 });
        this.tell('classes', null);
      } else if ('targets' in c) this.tell('targets', null);
    });
    this.tell('document', doc);
  }

  /** True while a run exists: its source layout and its classes are what it has learnt, and stay as they are. */
  get learnt(): boolean {
    return this.status.state !== 'none';
  }
}
