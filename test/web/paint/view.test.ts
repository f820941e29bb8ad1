/** The view of the picture, and the roles of pointers on it. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { Pointers } from '../../../src/web/page/paint/pointers.ts';
import { fit, held, pinch, toPane, toPicture, zoom } from '../../../src/web/page/paint/view.ts';
import { W, H } from './kit.ts';

test('a hand beside a pen rests, before, with and after it; fingers then move the view, two of them scale it', () => {
  const p = new Pointers(),
    o = { x: 0, y: 0 },
    at = (x: number, y: number) => ({ x, y }),
    view = { scale: 1, x: 0, y: 0 };
  assert.equal(
    p.down(1, 'touch', at(10, 10), false),
    { role: 'draw', stopped: false },
    'without a pen, a finger draws',
  );
  assert.equal(p.down(2, 'touch', at(20, 10), false), { role: 'view', stopped: true }, 'two move the view');
  assert.is(p.move(2, at(30, 10), view)!.scale, 2);
  p.up(1);
  p.up(2);

  p.down(1, 'touch', o, false); // the hand lands first
  assert.equal(p.down(7, 'pen', o, false), { role: 'draw', stopped: true }, 'what it drew is taken back');
  assert.is(p.move(1, at(5, 5), view), null, 'and it moves nothing');
  assert.equal(p.down(2, 'touch', at(9, 9), false), { role: 'rest', stopped: false }, 'nor does another part of it');
  assert.is(p.drawing, 7);
  assert.is(p.up(7), true);
  assert.is(p.move(1, at(9, 5), view), null, 'nor while it still lies there');
  assert.is(p.up(1), false);
  p.up(2);

  assert.is(p.down(3, 'touch', o, false).role, 'view');
  assert.equal(p.move(3, at(4, -6), view), { scale: 1, x: 4, y: -6 });
  p.up(3);
  assert.is(p.down(1, 'mouse', o, false).role, 'draw', 'the mouse draws as ever');
  p.up(1);
  p.fingers = true;
  assert.is(p.down(3, 'touch', o, false).role, 'draw');
});

test('the view: zooming keeps the point under the pointer, two fingers keep what is under them', () => {
  const v = fit({ width: W, height: H }, { width: 400, height: 320 });
  assert.ok(Math.abs(toPane(v, { x: W / 2, y: H / 2 }).x - 200) < 1e-9);
  const about = { x: 130, y: 90 },
    z = zoom(v, 2.5, about);
  const [a, b] = [toPicture(v, about), toPicture(z, about)];
  assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < 1e-9);
  const from = [
      { x: 100, y: 100 },
      { x: 200, y: 150 },
    ] as const,
    to = [
      { x: 90, y: 120 },
      { x: 290, y: 220 },
    ] as const;
  const p = pinch(v, from, to),
    mid = toPicture(v, { x: 150, y: 125 });
  const now = toPane(p, mid);
  assert.ok(Math.hypot(now.x - 190, now.y - 170) < 1e-9);
  assert.ok(Math.abs(p.scale / v.scale - 2) < 1e-9);
  const away = held({ ...v, x: 5000 }, { width: W, height: H }, { width: 400, height: 320 });
  assert.is(away.x, 360);
});

test.run();
