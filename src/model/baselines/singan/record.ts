/**
 * singan.json: what a SinGAN run is, and how far it has come. Switching this one file switches the whole checkpoint.
 */
import { UserError } from '../../../data/errors.ts';
import type { DeviceInfo } from '../../../engine/device.ts';
import type { FileRecord, PictureRecord, Versions } from '../../run/runRecord.ts';
import type { SinganConfig } from './config.ts';
import type { SinganHost } from './training.ts';

export const singanFormat = 1;
export const singanRecordName = 'singan.json';

export interface SinganRecord {
  format: number;
  config: SinganConfig;
  host: SinganHost;
  /** Networks, optimizers and the fixed noise after it. */
  weights: FileRecord;
  /** The photograph as given, and the size of photo.png, the finest scale's. */
  photo: PictureRecord;
  size: { width: number; height: number };
  adapter: DeviceInfo;
  versions: Versions;
  started: string;
  saved: string;
  /** Seconds of training in all. */
  seconds: number;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const numbers = (v: unknown): boolean => Array.isArray(v) && v.every((x) => Number.isFinite(x));

/** Checks the text of a singan.json. `path`: what messages call it. */
export function readSinganRecord(text: string, path: string): SinganRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${path}: is damaged (it is not JSON): take the run folder from a backup`);
  }
  if (!isObject(value) || typeof value.format !== 'number')
    throw new UserError(`${path}: is not the record of a SinGAN run of this program`);
  if (value.format !== singanFormat)
    throw new UserError(
      `${path}: the run was written in format ${value.format}; this program reads format ` +
        `${singanFormat}: use the version that wrote it, or train anew`,
    );
  const { config, host, weights, photo, size } = value;
  const sound =
    isObject(config) &&
    Number.isFinite(config.finest) &&
    isObject(host) &&
    Number.isSafeInteger(host.scale) &&
    Number.isSafeInteger(host.iteration) &&
    numbers(host.steps) &&
    numbers(host.amplitudes) &&
    numbers(host.planned) &&
    isObject(weights) &&
    /^[\w.-]+$/.test(String(weights.name)) &&
    typeof weights.sha256 === 'string' &&
    isObject(photo) &&
    isObject(size) &&
    Number.isSafeInteger(size.width) &&
    Number.isSafeInteger(size.height);
  if (!sound) throw new UserError(`${path}: is damaged (a part of it is missing): take the run folder from a backup`);
  return value as unknown as SinganRecord;
}
