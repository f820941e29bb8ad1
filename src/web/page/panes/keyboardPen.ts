/** Painting by keys: arrow keys move a pen, space presses and lifts it, Enter clicks. */
import type { Point } from '../paint/raster.ts';
import type { Settings } from '../paint/tools.ts';

/** What the pen does to the picture. Points are in pixels of the picture. */
export interface PenActions {
  /** False where painting is refused; the pen then stays up. */
  press(at: Point, e: KeyboardEvent): boolean;
  move(at: Point): void;
  release(at: Point): void;
}

const directions: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class KeyboardPen {
  /** In pixels of the picture; null until an arrow key brings the pen. */
  at: Point | null = null;
  down = false;
  /** Space is held without a pen: dragging then moves the view. */
  spaceHeld = false;

  constructor(private readonly actions: PenActions) {}

  /** Takes the pen away without lifting it. */
  hide(): void {
    this.at = null;
    this.down = false;
  }

  /** Handles a key. True where the pen has changed. `size`: the picture's, in pixels. */
  key(e: KeyboardEvent, size: { width: number; height: number }, settings: Settings): boolean {
    const direction = directions[e.key];
    if (e.key === ' ' && !this.at) {
      this.spaceHeld = true;
      e.preventDefault();
      return false;
    }
    if (!direction && !(this.at && (e.key === ' ' || e.key === 'Enter'))) return false;
    e.preventDefault();
    this.at ??= { x: size.width / 2, y: size.height / 2 };
    if (direction) this.step(this.at, direction, stepLength(e, settings), size);
    else if (this.down) {
      this.down = false;
      this.actions.release(this.at);
    } else if (this.actions.press(this.at, e)) {
      this.down = e.key === ' ';
      if (!this.down) this.actions.release(this.at);
    }
    return true;
  }

  private step(
    from: Point,
    [dx, dy]: readonly [number, number],
    length: number,
    { width, height }: { width: number; height: number },
  ): void {
    this.at = {
      x: Math.max(0, Math.min(width - 0.01, from.x + length * dx)),
      y: Math.max(0, Math.min(height - 0.01, from.y + length * dy)),
    };
    if (this.down) this.actions.move(this.at);
  }
}

/** In pixels of the picture: one with Alt, far with Shift, else a quarter of the brush. */
const stepLength = (e: KeyboardEvent, { size }: Settings): number =>
  e.altKey ? 1 : e.shiftKey ? Math.max(10, size) : Math.max(1, Math.round(size / 4));
