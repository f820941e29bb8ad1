/**
 * The roles of fingers, pens and the mouse on the picture: to draw, to move the view (two fingers also scale it), or to
 * rest, as a hand beside a pen does. Uses no DOM: places are in pixels of the pane.
 */
import type { Point } from './raster.ts';
import { pinch, type Viewport } from './view.ts';

/** The pointer types of browsers. */
export type PointerKind = 'mouse' | 'pen' | 'touch' | (string & {});
type Role = 'draw' | 'view' | 'rest';

export class Pointers {
  private readonly held = new Map<number, { kind: PointerKind; at: Point; role: Role }>();
  /** Whether fingers draw; null: until a pen is seen. */
  fingers: boolean | null = null;
  private pen = false;

  /** A pen has been seen. */
  get hasPen(): boolean {
    return this.pen;
  }
  get fingersDraw(): boolean {
    return this.fingers ?? !this.pen;
  }
  /** The pointer that draws; null without. */
  get drawing(): number | null {
    return [...this.held].find(([, p]) => p.role === 'draw')?.[0] ?? null;
  }

  /** Called for every pointer, pressed or not. True for the first pen. */
  notice(kind: PointerKind): boolean {
    if (kind !== 'pen' || this.pen) return false;
    return (this.pen = true);
  }

  /**
   * A pointer comes down. `view`: its tool or button moves the view. Returns its role; `stopped`: the stroke under way
   * is to be cancelled.
   */
  down(id: number, kind: PointerKind, at: Point, view: boolean): { role: Role; stopped: boolean } {
    this.notice(kind);
    const was = this.drawing,
      penDown = [...this.held.values()].some((p) => p.kind === 'pen');
    // A hand that touches before or beside its pen rests until it is lifted.
    if (kind === 'pen') for (const p of this.held.values()) if (p.kind === 'touch') p.role = 'rest';
    let role: Role = view || (kind === 'touch' && !this.fingersDraw) ? 'view' : 'draw';
    if (kind === 'touch' && penDown) role = 'rest';
    const others = [...this.held.values()].filter((p) => p.role !== 'rest');
    if (role !== 'rest' && others.length) {
      for (const p of others) p.role = 'view'; // a second finger: both move the view
      role = others.length === 1 ? 'view' : 'rest';
    }
    this.held.set(id, { kind, at, role });
    return { role, stopped: was !== null && this.drawing !== was };
  }

  /** A pointer moves. Returns the new view, or null if the pointer does not move it. */
  move(id: number, to: Point, view: Viewport): Viewport | null {
    const own = this.held.get(id);
    if (!own) return null;
    const from = own.at;
    own.at = to;
    if (own.role !== 'view') return null;
    const other = [...this.held].find(([k, p]) => k !== id && p.role === 'view')?.[1].at;
    return other
      ? pinch(view, [from, other], [to, other])
      : { ...view, x: view.x + to.x - from.x, y: view.y + to.y - from.y };
  }

  /** A pointer is lifted or lost. True if it was drawing. */
  up(id: number): boolean {
    const drew = this.drawing === id;
    this.held.delete(id);
    return drew;
  }

  /** Stops the drawing pointer, as after Escape. */
  stop(): void {
    for (const p of this.held.values()) if (p.role === 'draw') p.role = 'rest';
  }
}
