/**
 * The protocol between the page and its engine worker. A request gets one answer (`Methods`); events come unasked
 * (`Events`). All of it survives structured cloning; buffers in answers and events are transferred, not copied.
 * Images and labels are as in wireTypes.ts.
 */
import type { DeviceInfo } from '../engine/device.ts';
import type { PresetName } from '../model/presets.ts';
import type { LossRow } from '../model/training/lossRows.ts';
import type { Bytes, Labels, LayoutClass, Pixels, Size } from './wireTypes.ts';

export type { Bytes, DeviceInfo, Labels, LayoutClass, LossRow, Pixels, PresetName, Size };

/** The photograph and its layout, both of the photograph's size; the worker scales them as a run needs. */
export interface SourceInput {
  /** The file's name, for messages, run folders and recipes. */
  name: string;
  photo: Pixels;
  labels: Labels;
  classes: LayoutClass[];
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
  /** Largest buffer in bytes, and largest longer side in pixels to ask previews for. */
  limits: { bufferBytes: number; previewSide: number };
  /** Measured GFLOP/s, two operations a multiply-add: about 20 on a processor, hundreds and more on a graphics card. */
  gflops: number;
  /** The run that `restore` opens: stored in this browser when the page was left. Null without one. */
  storedRun: StoredRun | null;
}

export interface StoredRun {
  name: string;
  iteration: number;
  iterations: number;
  /** ISO date. */
  saved: string;
}

export interface PreviewParams {
  target: TargetInput;
  /** Longer side of the result in pixels; at most the target's own. */
  size: number;
  /** How many of the finest levels are left out, for a preview during a stroke; each halves the size. Default 0. */
  skip?: number;
  /** Another seed gives another result. Default 0. */
  seed?: number;
}

/** The nearest-neighbor field of a picture: where in the source each of its pixels comes from. */
export interface SourceField extends Size {
  /** The source's size at this level; the pixels are taken from its photograph scaled to that. */
  source: Size;
  /** [h,w]: y * source.width + x of the source pixel. */
  pixels: Uint32Array<ArrayBuffer>;
  /** [h,w]: root mean square difference of the two patches (colors and guide channels), in 0..255 a channel. */
  distance: Float32Array<ArrayBuffer>;
}

export interface PreviewLevel {
  /** 0 is the coarsest. */
  level: number;
  levels: number;
  picture: Pixels;
  /** Of the finest level; null for the others. */
  field: SourceField | null;
  /** Since the request, in ms. */
  ms: number;
}

export interface TrainSettings {
  preset: PresetName;
  /** Longer side of the training image in pixels. */
  size: number;
  /** Width of the generator in channels; the preset's without. */
  width?: number;
  seed?: number;
  /** The length: either iterations, or about so many minutes on this device; the preset's iterations without both. */
  iterations?: number;
  minutes?: number;
  /** Longer side of finished pictures: at most the photograph's, which is the default. */
  outputSize?: number;
  /** Layouts to render later. They come out better: presets with a `targetShare` learn from their patch syntheses. */
  targets?: TargetInput[];
}

export interface Estimate {
  iterations: number;
  /** For the whole run, in seconds. */
  seconds: number;
  /** Device memory while training, in bytes. */
  bytes: number;
  /** False where it is extrapolated from trials at smaller sizes. */
  exact: boolean;
  /** A sentence for people: the device is slow for this, or may not have the memory. */
  note?: string;
}

/**
 * 'saving': training ends (paused, or at its last iteration), and the state it has reached is being stored. 'paused'
 * and 'finished' follow after that: a reload then finds the run at this iteration, or the event `stored` has given the
 * reason why not.
 */
export type TrainState = 'none' | 'preparing' | 'running' | 'saving' | 'paused' | 'finished';

export interface TrainStatus {
  state: TrainState;
  iteration: number;
  iterations: number;
  /** At the present pace, without pauses; null while unknown. */
  secondsLeft: number | null;
  /** What is being prepared or saved, in words; empty otherwise. */
  doing: string;
}

/** What the page shows of a run: after `restore` or `openRun` it takes its source and targets from here. */
export interface RunInfo {
  name: string;
  settings: Required<Pick<TrainSettings, 'preset' | 'size' | 'width' | 'seed' | 'iterations'>>;
  source: SourceInput;
  targets: TargetInput[];
  losses: LossRow[];
  status: TrainStatus;
}

export interface RunFile {
  /** "NAME.semia.zip" */
  name: string;
  bytes: Bytes;
}

/**
 * One value a pixel of the draft. `gamma`: mean over channels of |gamma - 1|; `beta`: mean of |beta|; `discriminator`:
 * its score.
 */
export interface HeatMap extends Size {
  label: string;
  kind: 'gamma' | 'beta' | 'discriminator';
  /** [h,w] */
  values: Float32Array<ArrayBuffer>;
  min: number;
  max: number;
}

export interface Inspection {
  /** The generator's own picture, at the training size. */
  draft: Pixels;
  maps: HeatMap[];
  /** The layout that the segmenter S predicts for the draft. `agreement`: share of its pixels that match the target. */
  layout: Labels & { agreement: number };
}

/** A layout predicted by the layout classifier, at the target's size. */
export interface LayoutReading extends Labels {
  /** Share of the pixels that match the target, and mean intersection over union, 0..1. */
  accuracy: number;
  meanIoU: number;
  /** The classifier's mean IoU on unseen warps of the photograph: the most to expect of any result. */
  ceiling: number;
}

/** Lines found in a picture, compared with a drawing (data/layout/drawing/lines.ts): shares 0..1, and their F score. */
export interface LineReading extends Labels {
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
  /** Opens the device. Called first, and again after the event `lost`: the run is then paused at its checkpoint. */
  open(p: OpenRequest): DeviceReport;
  setSource(p: SourceInput): { classes: number };
  /** Answers with the finest level, or null if a newer request replaced it. Coarser levels come as events `level`. */
  preview(p: PreviewParams): PreviewLevel | null;
  cancelPreview(p: object): void;
  estimate(p: TrainSettings): Estimate;
  /** Starts a new run on the source and discards the one before. Answers when its first state is stored. */
  train(p: TrainSettings): Estimate;
  /** Answers when no training step is running any more and the state reached is stored as a checkpoint. */
  pause(p: object): TrainStatus;
  resume(p: object): TrainStatus;
  /** Discards the run and its stored state. */
  reset(p: object): TrainStatus;
  /** Renames one of the run's targets, in its stored state too. No error if there is no such target. */
  renameTarget(p: { from: string; to: string }): void;
  /** Chooses the layouts of the event `picture`, at first the run's targets. Without any, the source's own. */
  watch(p: { targets: TargetInput[] }): void;
  /** A layout's picture by the present networks. `raw`: the generator's draft at the training size, else finished. */
  render(p: { target: TargetInput; raw?: boolean }): { picture: Pixels; iteration: number };
  /** `render` as a PNG file with its recipe (see `semia rerun`). `run`: the run folder's name in the recipe. */
  exportPng(p: { target: TargetInput; raw?: boolean; run?: string }): { name: string; bytes: Bytes };
  inspect(p: { target: TargetInput }): Inspection;
  /**
   * Predicts the layout of any picture of a target with the layout classifier, which takes no part in training
   * (evaluate/layoutClassifier). Needs no run.
   */
  classifyLayout(p: { target: TargetInput; picture: Pixels }): LayoutReading;
  /** For drawings: finds the lines in any picture of a target, as `semia edges RESULT --against DRAWING` does. */
  measureLines(p: { target: TargetInput; picture: Pixels }): LineReading;
  /** The run as a zip of its folder: unpacked, `semia train --resume` and `semia render` take it. */
  save(p: object): RunFile;
  /**
   * Opens the zip of a run folder, from `save` or from the command line. The run is then paused or finished, and
   * stored. `offered`: by the server, which offers it again after a reload; it is stored only once it changes.
   */
  openRun(p: { name: string; bytes: Bytes; offered?: boolean }): RunInfo;
  /** Opens the run stored in this browser. */
  restore(p: object): RunInfo;
  /** For tests: destroys the device, as a reset of the driver would. */
  loseDevice(p: object): void;
}
export type MethodName = keyof Methods;
export type Params<M extends MethodName> = Parameters<Methods[M]>[0];
export type Result<M extends MethodName> = ReturnType<Methods[M]>;

export interface Events {
  /** A level of the newest preview. */
  level: PreviewLevel;
  status: TrainStatus;
  /** Means since the last reading. */
  losses: LossRow;
  /** The newest draft of a watched layout. */
  picture: { target: string; index: number; iteration: number; picture: Pixels };
  /** The run's state at this iteration was stored in the browser; `error`: it was not, and why. */
  stored: { iteration: number; error?: string };
  /** The device was lost. The run is stored up to `iteration`, or `stored` has given an error. Call `open` again. */
  lost: { message: string; iteration: number };
  /** An error ended the training. */
  failed: Failure;
}
export type EventName = keyof Events;

/** 'user': the input cannot be used. */
export type FailureKind = 'user' | 'no-webgpu' | 'no-adapter' | 'lost' | 'out-of-memory' | 'no-run' | 'internal';

/** Why a request failed. */
export interface Failure {
  kind: FailureKind;
  /** For people, whatever the kind. */
  message: string;
  /** A training size that should fit: with 'out-of-memory', and with 'lost' while a training was being prepared. */
  smaller?: number;
}

export type ToWorker = { id: number; method: MethodName; params: unknown };
export type FromWorker =
  | { id: number; ok: true; result: unknown }
  | { id: number; ok: false; failure: Failure }
  | { event: EventName; data: unknown };
