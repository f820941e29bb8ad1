/** Sizes that a baseline cannot compute here, refused before anything is computed. */
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';

/** Bytes of the largest tensor that a kernel can read on this adapter. */
export function largestTensor({ device: { limits } }: Session): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

/** What a size needs: `bytes` in one tensor, and what would be smaller. */
export interface SizeNeed {
  /** The work, for the message: "image analogies". */
  what: string;
  width: number;
  height: number;
  /** Of the largest tensor, in proportion to the pixels. */
  bytes: number;
  /** The advice for the largest longer side that fits: "--size 512". */
  advice: (side: number) => string;
}

/** Megabytes, as messages give them. */
const mega = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** Throws UserError, one line, where a tensor of the work would be larger than `most` bytes. */
export function refuseSize({ what, width, height, bytes, advice }: SizeNeed, most: number): void {
  if (bytes <= most) return;
  const side = Math.floor(Math.max(width, height) * Math.sqrt(most / bytes));
  throw new UserError(
    `${what} of ${width} x ${height} pixels would need ${mega(bytes)} in one piece, and this adapter holds ` +
      `${mega(most)}: ${advice(side)}`,
  );
}
