/**
 * run.json: what a run is, and how far it has come. Everything a checkpoint consists of is named here, so switching
 * this one file switches all.
 */

import type { KernelRecord } from '../../autograd/kernels/choices.ts';
import { UserError } from '../../data/errors.ts';
import type { Palette } from '../../data/layout/palette.ts';
import type { Size } from '../../data/prepare.ts';
import type { DeviceInfo } from '../../engine/device.ts';
import type { Config } from '../config.ts';
import type { HostState } from '../training/training.ts';

/** Raised whenever a run folder of before could not be read any more. */
export const runFormat = 1;

/** What ran. In browsers `node` is 'none', `webgpu` 'browser' and `platform` what the browser calls itself. */
export interface Versions {
  /** Of this program. */
  semia: string;
  /** Of Node. */
  node: string;
  /** Of the npm package webgpu. */
  webgpu: string;
  /** Operating system and processor. */
  platform: string;
}
/** A file by its name and contents. */
export interface FileRecord {
  /** As it was given, or in the run folder. */
  name: string;
  /** Hexadecimal. */
  sha256: string;
}
/** A picture file with its size in pixels. */
export interface PictureRecord extends FileRecord, Size {}

/** What run.json of a run folder holds. */
export interface RunRecord {
  /** Version of this record; `runFormat` is the newest. */
  format: number;
  /** All settings. */
  config: Config;
  /** Iterations done, and the positions of all random streams. */
  host: HostState;
  /** The networks' and optimizer's state after them. */
  weights: FileRecord;
  /** The classes. */
  palette: Palette;
  /** Of source.png and layout.png: the output size. */
  size: Size;
  /** Of the source layout as it was given. */
  drawn: Size;
  /** The files that the run was made from. */
  inputs: {
    /** The photograph. */
    photo: PictureRecord;
    /** Its layout. */
    layout: PictureRecord;
    /** The palette file, if there was one. */
    palette: FileRecord | null;
    /** VGG-19 weights, if there were any. */
    vgg: FileRecord | null;
    /** The target layouts. */
    targets: PictureRecord[];
  };
  /** The file of another program that the generator was read from. */
  imported?: FileRecord;
  /** Copies of the target layouts as used. */
  targets: {
    /** Of the copy, in the run folder. */
    file: string;
    /** Of the file as given. */
    name: string;
    /** Pixels. */
    width: number;
    /** Pixels. */
    height: number;
  }[];
  /** The pictures that were made for learning from the targets; null without. */
  learned: FileRecord | null;
  /** What it was trained on. */
  adapter: DeviceInfo;
  /** How its kernels were chosen, and which by measurement; without: in the fixed order. */
  kernels?: KernelRecord;
  /** What program trained it. */
  versions: Versions;
  /** When it began, ISO 8601. */
  started: string;
  /** When it was saved last, ISO 8601. */
  saved: string;
  /** Seconds of training in all. */
  seconds: number;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

const isKernels = (v: unknown): boolean =>
  isObject(v) &&
  (v.choice === 'fixed' || v.choice === 'measured') &&
  isObject(v.variants) &&
  Object.values(v.variants).every((n) => typeof n === 'string');

/** Checks the text of a run.json. `path`: what messages call it. */
export function readRecord(text: string, path: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${path}: is damaged (it is not JSON): take the run folder from a backup`);
  }
  if (!isObject(value) || typeof value.format !== 'number')
    throw new UserError(`${path}: is not the record of a run of this program`);
  if (value.format !== runFormat) {
    const by =
      isObject(value.versions) && typeof value.versions.semia === 'string' ? ` by semia ${value.versions.semia}` : '';
    throw new UserError(
      `${path}: the run was written${by} in format ${value.format}; this program reads format ` +
        `${runFormat}: use that version, or train anew`,
    );
  }
  const { host, weights, palette, config, inputs, size, drawn, targets, kernels } = value;
  const sound =
    isObject(host) &&
    Number.isSafeInteger(host.iteration) &&
    Array.isArray(host.steps) &&
    isObject(weights) &&
    typeof weights.name === 'string' &&
    /^[\w.-]+$/.test(weights.name) &&
    isObject(palette) &&
    Array.isArray(palette.classes) &&
    isObject(config) &&
    isObject(config.network) &&
    isObject(inputs) &&
    isObject(size) &&
    isObject(drawn) &&
    Array.isArray(targets) &&
    (kernels === undefined || isKernels(kernels));
  if (!sound) throw new UserError(`${path}: is damaged (a part of it is missing): take the run folder from a backup`);
  return value as unknown as RunRecord;
}

/** The settings by which two configurations differ, as dotted names with both values. */
export function differences(a: unknown, b: unknown, prefix = ''): string[] {
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) =>
      differences(a[k], b[k], prefix ? `${prefix}.${k}` : k),
    );
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [`${prefix} ${JSON.stringify(a)} -> ${JSON.stringify(b)}`];
}
