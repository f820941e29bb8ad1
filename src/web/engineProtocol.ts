/**
 * What the page and its worker say to each other. Requests are answered once (`Methods`), events come by themselves
 * (`Events`). Everything here survives structured cloning; buffers in answers and events are transferred, not copied.
 * Images are 8-bit sRGB, row by row from the top left; labels are class numbers 0..K-1, one byte a pixel.
 */
import type { Size } from '../data/prepare.ts';
import type { DeviceInfo } from '../engine/device.ts';
import type { PresetName } from '../model/presets.ts';
import type { LossRow } from '../model/training/lossRows.ts';

export type { DeviceInfo, LossRow, PresetName, Size };
export type Bytes = Uint8Array<ArrayBuffer>;

/** RGBA, height * width * 4: `new ImageData(pixels.data, pixels.width, pixels.height)` shows it. */
export interface Pixels extends Size {
  data: Uint8ClampedArray<ArrayBuffer>;
}
export interface Labels extends Size {
  /** [h,w] */ data: Uint8Array;
}
export interface ClassSpec {
  name: string;
  /** RGB 0..255; no two classes share one. */
  color: [number, number, number];
}

/** The photograph and its layout, of one size: at the photograph's own, the worker scales it as a run needs. */
export interface SourceInput {
  /** `name`: the file's, for messages, run folders and recipes. */
  name: string;
  photo: Pixels;
  labels: Labels;
  classes: ClassSpec[];
  /** The layout is a line drawing: its classes are paper and line. */
  lines?: true;
}
/**
 * A layout to render, in the source's classes. One of the source's size shows the same view; others keep their own
 * size.
 */
export interface TargetInput extends Labels {
  name: string;
}

export interface DeviceReport {
  device: DeviceInfo;
  /** Largest buffer in bytes, and largest side in pixels that a preview should be asked for. */
  limits: { bufferBytes: number; previewSide: number };
  /**
   * Measured multiply-adds, in GFLOP/s (two operations each): a processor has about 20, a graphics card hundreds and
   * more.
   */
  gflops: number;
  /** A run that was kept when the page was left, for `restore`; null without. */
  kept: KeptRun | null;
}
export interface KeptRun {
  name: string;
  iteration: number;
  iterations: number;
  /** ISO date. */
  saved: string;
}

export interface PreviewParams {
  target: TargetInput;
  /** Longer side of the result in pixels; never above the target's own. */
  size: number;
  /**
   * For the time of a stroke: how many of the finest levels are left out; the result is half the size for each. Default
   * 0.
   */
  skip?: number;
  /** Another seed, another result; default 0. */
  seed?: number;
}
/** Where each pixel of a picture came from. */
export interface SourceField extends Size {
  /** The source's size at this level; its photograph scaled to that is what the pixels were taken from. */
  source: Size;
  /** [h,w]: y * source.width + x of the source pixel. */
  pixels: Uint32Array<ArrayBuffer>;
  /**
   * [h,w]: what the patch around it costs against the source's there (colors and guides), as a difference in 0..255 a
   * channel.
   */
  distance: Float32Array<ArrayBuffer>;
}
export interface PreviewLevel {
  /** 0 is the coarsest. */ level: number;
  levels: number;
  picture: Pixels;
  /** Of the finest level. */
  field: SourceField | null;
  /** Since the request, in ms. */
  ms: number;
}

export interface TrainSettings {
  preset: PresetName;
  /** Longer side of the training image in pixels. */
  size: number;
  /** Width of the generator; the preset's without. */
  width?: number;
  seed?: number;
  /** How long: iterations, or about so many minutes on this device; the preset's iterations without. */
  iterations?: number;
  minutes?: number;
  /** Longer side of finished pictures; four times `size` without, and never above the photograph's own. */
  outputSize?: number;
  /** Layouts known in advance come out better: presets with a `targetShare` learn from their patch syntheses. */
  targets?: TargetInput[];
}
export interface Estimate {
  iterations: number;
  /** For the whole run, in seconds. */
  seconds: number;
  /** Device memory while training. */
  bytes: number;
  /** False where it is carried over from trials of smaller sizes. */
  exact: boolean;
  /** A note for people: the device is slow for this, or it may not have the memory. */
  note?: string;
}
/**
 * 'saving': training ends (paused, or at its last iteration), and what it has reached is being kept. 'paused' and
 * 'finished' come after that: a reload then finds the run at this iteration, or the event `kept` has said why not.
 */
export type TrainState = 'none' | 'preparing' | 'running' | 'saving' | 'paused' | 'finished';
export interface TrainStatus {
  state: TrainState;
  iteration: number;
  iterations: number;
  /** Seconds left at the present pace, without pauses; null while unknown. */
  secondsLeft: number | null;
  /** What is being prepared or saved, in words; empty otherwise. */
  doing: string;
}
/** What a run is, for showing it: after `restore` or `openRun` the page takes its source and targets from here. */
export interface RunInfo {
  name: string;
  settings: Required<Pick<TrainSettings, 'preset' | 'size' | 'width' | 'seed' | 'iterations'>>;
  source: SourceInput;
  targets: TargetInput[];
  losses: LossRow[];
  status: TrainStatus;
}
export interface RunFile {
  /** "NAME.semia.zip" */ name: string;
  bytes: Bytes;
}

/**
 * One value a pixel of the draft, for coloring: gamma's is the mean over channels of |gamma - 1|, beta's of |beta|,
 * D's the score.
 */
export interface HeatMap extends Size {
  label: string;
  kind: 'gamma' | 'beta' | 'discriminator';
  values: Float32Array<ArrayBuffer>;
  min: number;
  max: number;
}
export interface Inspection {
  /** The generator's own picture, at the training size. */
  draft: Pixels;
  maps: HeatMap[];
  /** The layout that the segmenter S reads off the draft, and the share of pixels where it is the target's. */
  layout: Labels & { agreement: number };
}

export interface LayoutReading extends Labels {
  /** Share of the pixels where it is the target's, and the mean intersection over union, 0..1. */
  accuracy: number;
  meanIoU: number;
  /**
   * The mean IoU that this judge gives to unseen warps of the photograph itself: no result can be expected above it.
   */
  ceiling: number;
}

/**
 * The lines found in a picture, and how well they follow a drawing (data/lines.ts): shares 0..1 and their harmonic
 * mean.
 */
export interface Following extends Labels {
  precision: number;
  recall: number;
  f: number;
}

/** How the device is opened: `disabledPasses` as in the flag SEMIA_DISABLE_PASSES (autograd/passes). */
export interface OpenRequest {
  baseline?: boolean;
  disabledPasses?: string;
}

export interface Methods {
  /** Opens the device. First of all; again after 'lost' (the run comes back paused, from its last checkpoint). */
  open(p: OpenRequest): DeviceReport;
  setSource(p: SourceInput): { classes: number };
  /** Resolves with the finest level; null where a newer request took its place. Levels come as events meanwhile. */
  preview(p: PreviewParams): PreviewLevel | null;
  cancelPreview(p: object): void;
  estimate(p: TrainSettings): Estimate;
  /**
   * Begins a new run on the source; the one before is given up. Resolves when its steps are ready, its beginning is
   * kept, and training begins.
   */
  train(p: TrainSettings): Estimate;
  /** Resolves when no training step is under way any more and what is reached is kept as a checkpoint. */
  pause(p: object): TrainStatus;
  resume(p: object): TrainStatus;
  /** Gives the run up, and its checkpoint. */
  reset(p: object): TrainStatus;
  /**
   * Another name for one of the run's targets, in the run as it is saved and kept from now on. One that the run has not
   * is no error.
   */
  renameTarget(p: { from: string; to: string }): void;
  /**
   * The layouts to show while training goes on (event `picture`); the run's targets and the source's layout without.
   */
  watch(p: { targets: TargetInput[] }): void;
  /**
   * A layout's picture from the run as it is: raw, the generator's draft at the training size; else at the output size.
   */
  render(p: { target: TargetInput; raw?: boolean }): { picture: Pixels; iteration: number };
  /**
   * The same as a PNG file that carries its recipe (see `semia rerun`). `run`: the run folder's name for the recipe.
   */
  exportPng(p: { target: TargetInput; raw?: boolean; run?: string }): { name: string; bytes: Bytes };
  inspect(p: { target: TargetInput }): Inspection;
  /**
   * Reads the layout off any picture of a target, by the judge that took no part in training
   * (src/evaluate/layoutClassifier/layoutClassifier.ts). No run is needed.
   */
  judge(p: { target: TargetInput; picture: Pixels }): LayoutReading;
  /**
   * For drawings, which have no classes to judge: the lines found in any picture of a target, as `semia edges RESULT
   * --against DRAWING` finds them.
   */
  follow(p: { target: TargetInput; picture: Pixels }): Following;
  /** The run as a zip of its folder: unpacked, `semia train --resume` and `semia render` take it. */
  save(p: object): RunFile;
  /**
   * Takes up a zip of a run folder (from `save`, or of one the command line made); it is paused then, or finished, and
   * kept. `offered`: by the server, which does so again after a reload: what is kept stays until this run changes.
   */
  openRun(p: { name: string; bytes: Bytes; offered?: boolean }): RunInfo;
  /** Takes up the run kept in this browser. */
  restore(p: object): RunInfo;
  /** Destroys the device as a driver's reset would: for tests and for trying what the page does then. */
  loseDevice(p: object): void;
}
export type MethodName = keyof Methods;
export type Params<M extends MethodName> = Parameters<Methods[M]>[0];
export type Result<M extends MethodName> = ReturnType<Methods[M]>;

export interface Events {
  /** A level of the newest preview. */
  level: PreviewLevel;
  status: TrainStatus;
  /** Mean losses since the reading before. */
  losses: LossRow;
  /** The newest draft of a watched layout. */
  picture: { target: string; index: number; iteration: number; picture: Pixels };
  /** A checkpoint was written; `error` where the browser has no room for it. */
  kept: { iteration: number; error?: string };
  /** The device is gone; the run is kept up to `iteration` (or `kept` has said why not). Call `open` again. */
  lost: { message: string; iteration: number };
  /** Something that stopped training by itself. */
  failed: Failure;
}
export type EventName = keyof Events;

/** Why a request failed. `user`: what was given cannot be used; the message is for people in every kind. */
export type FailureKind = 'user' | 'no-webgpu' | 'no-adapter' | 'lost' | 'out-of-memory' | 'no-run' | 'internal';
export interface Failure {
  kind: FailureKind;
  message: string;
  /** With 'out-of-memory', and 'lost' while a training was prepared: a training size that should fit. */
  smaller?: number;
}

export type ToWorker = { id: number; method: MethodName; params: unknown };
export type FromWorker =
  | { id: number; ok: true; result: unknown }
  | { id: number; ok: false; failure: Failure }
  | { event: EventName; data: unknown };
