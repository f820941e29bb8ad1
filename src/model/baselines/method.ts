/** What `semia compare` runs: one system on one photograph, its layout and new layouts. */
import type { Session } from '../../autograd/session.ts';
import type { Picture } from '../../data/image/image.ts';
import type { Source, Target } from '../../data/prepare.ts';
import type { Vgg } from '../networks/vgg.ts';

export interface MethodInputs {
  session: Session;
  /** All at the size to be compared at. */
  source: Source;
  targets: readonly Target[];
  seed: number;
  /** At most so long for what trains; other methods take the time they take. */
  seconds: number;
  /** VGG-19 up to relu5_1 on a session, and its file's name, where the user gave one. */
  vgg?: { name: string; open: (session: Session) => Vgg };
  /** Progress in words, now and then. */
  report: (note: string) => void;
}

export interface MethodOutcome {
  /** One for each target, of any size of its shape. */
  pictures: Picture[];
  /** What it makes of the source's own layout, where it was asked. */
  reconstruction?: Picture;
  /** What it was run with, for people. */
  settings: string;
  /**
   * How to get the pictures again: a command of `semia` and its options, to which files and output are added; null
   * where there is none.
   */
  repeat: { command: string; options: string[] } | null;
}

/**
 * When training is to end (ms, performance.now()) of a run that began then and has so many seconds: a tenth is for the
 * pictures.
 */
export const trainingEnd = (began: number, seconds: number): number => began + 900 * seconds;

/** A report of progress that is passed on at most every ten seconds. */
export function timedReport(report: (note: string) => void, apart = 10_000): (note: string) => void {
  let last = performance.now();
  return (note) => {
    const now = performance.now();
    if (now - last <= apart) return;
    last = now;
    report(note);
  };
}

export interface ComparedMethod {
  /** As on the command line. */
  name: string;
  label: string;
  /** For readers of the table. */
  note: string;
  /** Whether it runs unless others are asked for. */
  usual: boolean;
  /**
   * It takes about the time it is given (`seconds`): its share, against the others' that train, of a time for all.
   * Others take their own.
   */
  trains?: number;
  /** Not a candidate for the best of a column: it is there to compare with. */
  control?: boolean;
  run(inputs: MethodInputs): Promise<MethodOutcome>;
}
