/**
 * A photograph and its layout at the training scale. It is made once for a run and handed to all that needs it:
 * learning from targets, training, rendering, looking into the networks.
 */
import type { Size, Source } from '../data/prepare.ts';
import { fitLayout, fitPair, gridOf, smallSource, type TrainingGrid } from '../data/trainingScale.ts';
import type { Config } from './config.ts';
import { type ClassTable, classTable, type LayoutData, type PairData } from './pair.ts';
import type { PhotoPair } from './synthesis/upsampling/photoSynthesizer.ts';

/** A layout to be rendered: its size at the training scale, the padding around it, its classes on the padded grid. */
export interface FittedLayout extends TrainingGrid {
  layout: LayoutData;
}

/** A photograph and its layout at the training scale. */
export class PreparedSource {
  /** The photograph's size at the training scale, and the padding that the networks see it with. */
  readonly grid: TrainingGrid;
  /** The classes of the layout. */
  readonly classes: ClassTable;
  private unpadded: PairData | null = null;
  private padded: PairData | null = null;

  /**
   * `size`: longer side of the training image in pixels. `levels`: how often the networks halve it.
   * Throws UserError where the photograph is too narrow for that size.
   */
  constructor(
    /** The photograph and its layout at the output size. */
    readonly source: Source,
    private readonly size: number,
    private readonly levels: number,
  ) {
    this.grid = this.gridOf(source);
    this.classes = classTable(source.palette);
  }

  /** For the training size and the networks of a configuration; its schedule does not matter. */
  static for(c: { size: number; network: Pick<Config['network'], 'levels'> }, source: Source): PreparedSource {
    return new PreparedSource(source, c.size, c.network.levels);
  }

  /** The pair at the training scale, without padding. */
  get small(): PairData {
    return (this.unpadded ??= smallSource(this.source, this.size));
  }

  /** The pair as the networks are trained on it: padded to a multiple of 2^levels. */
  get pair(): PairData {
    return (this.padded ??= this.pairAt(this.grid.padding));
  }

  /** The pair at the output size, which patches are taken from. */
  get full(): PhotoPair {
    const { width, height, photo, labels } = this.source;
    return { width, height, data: photo.data, labels };
  }

  /** The pair about the center of a grid of this size: mirrored out where it is smaller, cut where it is larger. */
  pairAt(size: Size): PairData {
    return fitPair(this.small, size);
  }

  /**
   * The grid of a layout of this output size. Throws UserError where the layout is too small at the training scale; its
   * `name` begins the message.
   */
  gridOf(of: Size & { name?: string }): TrainingGrid {
    return gridOf(of, this.source, this.size, this.levels);
  }

  /** Throws UserError for the first layout that is too small at the training scale. */
  check(layouts: readonly (Size & { name?: string })[]): this {
    for (const layout of layouts) this.gridOf(layout);
    return this;
  }

  /** A layout of the output size as the networks render it. */
  fit(layout: LayoutData & { name?: string }): FittedLayout {
    const { size, padding } = this.gridOf(layout);
    return { size, padding, layout: this.scaled(layout, size, padding) };
  }

  /** A layout of the output size on the grid of the training pair: what the networks learn from. */
  fitForTraining(layout: LayoutData & { name?: string }): LayoutData {
    return this.scaled(layout, this.gridOf(layout).size, this.grid.padding);
  }

  /** A layout scaled to `size`, then padded to `to` or cut to it about its center. Lines stay lines. */
  scaled(layout: LayoutData, size: Size, to: Size = size): LayoutData {
    return fitLayout(layout, size, to, this.source.palette);
  }
}
