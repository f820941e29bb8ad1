/** Rendering: one forward pass of the trained generator for a new layout. */
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Program } from '../../engine/program.ts';
import type { Config } from '../config.ts';
import { inference, type Networks } from '../networks/networks.ts';
import {
  type ClassTable,
  type LayoutData,
  lastingSide,
  layoutChannels,
  layoutValues,
  type PairData,
  type TrainingPair,
} from '../pair.ts';
import { untaped } from '../training/steps.ts';

/** Renders layouts of one size. The source pair has that size, too: its features are what gets modulated. */
export class Renderer {
  private constructor(
    private readonly session: Session,
    private readonly c: Config,
    private readonly classes: ClassTable,
    private readonly target: TrainingPair,
    private readonly program: Program,
    private readonly output: Tensor,
  ) {}

  static async create(
    session: Session,
    c: Config,
    classes: ClassTable,
    networks: Networks,
    source: PairData,
  ): Promise<Renderer> {
    const channels = layoutChannels(c.network.condition, classes.count);
    const side = (label: string): TrainingPair => lastingSide(session, label, source.width, source.height, channels);
    const from = side('render.source');
    const target = side('render.target');
    session.write(from.image, source.image);
    session.write(from.layout, layoutValues(source, classes, c.network.condition));
    let output!: Tensor;
    const program = await session.record(() =>
      untaped(session, () => {
        // The power iteration's state stays: rendering changes nothing of a run.
        networks.gPass.p.prepare({ freeze: true });
        output = session.keep(networks.g(inference(networks.gPass), from.image, from.layout, target.layout).image);
      }),
    );
    return new Renderer(session, c, classes, target, program, output);
  }

  /** [3,H,W] in [-1,1] for a layout of the source's size. */
  async render(layout: LayoutData): Promise<Float32Array> {
    this.session.write(this.target.layout, layoutValues(layout, this.classes, this.c.network.condition));
    this.program.run();
    const [image] = await this.session.read([this.output]);
    return (image as Float32Array).map((v) => Math.min(1, Math.max(-1, v)));
  }
}
