/** Adam (Kingma & Ba 2015, algorithm 1) over one flat vector of parameters. */

import { grid } from '../../engine/grid.ts';
import kernel from '../../shaders/optimizer/adam/update.wgsl';
import type { Session } from '../session.ts';
import type { Tensor } from '../tensor.ts';

/** Adam's settings: decay rates of the moments in [0, 1), and the term that keeps the quotient finite. */
export interface AdamOptions {
  beta1: number;
  beta2: number;
  eps: number;
}

/** The state of one optimizer: moments, step count, and the numbers that kernels read in each step. */
export class Adam {
  /** [2, size]: first moments, then second. */
  readonly moments: Tensor;
  /** [8]: rate, beta1, beta2, eps, the two bias corrections, 1 - beta1, 1 - beta2. Written by `advance`. */
  readonly hyper: Tensor;
  /** Steps taken. */
  steps = 0;

  /** `size`: values of the vector, a multiple of 4. */
  constructor(
    private readonly session: Session,
    label: string,
    size: number,
    private readonly options: AdamOptions,
  ) {
    this.moments = session.lasting([2, size], `${label}.moments`);
    this.hyper = session.lasting([8], `${label}.hyper`);
  }

  /** Records the update of `vector` from `gradient`, both [size]. */
  update(vector: Tensor, gradient: Tensor): void {
    const n4 = vector.size / 4;
    this.session.run(kernel, {
      read: { g: gradient, hyper: this.hyper },
      write: { p: vector, moments: this.moments },
      params: { n4 },
      groups: grid(n4, 256),
    });
  }

  /** The host's part of one step, before its program runs: counts it and sends the rate with the bias corrections. */
  advance(rate: number): void {
    this.steps++;
    const { beta1, beta2, eps } = this.options;
    const correction = (b: number): number => 1 / (1 - b ** this.steps);
    const numbers = [rate, beta1, beta2, eps, correction(beta1), correction(beta2), 1 - beta1, 1 - beta2];
    this.session.write(this.hyper, numbers);
  }
}
