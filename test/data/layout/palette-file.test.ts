/** Palette files: names of classes in the formats that programs write. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { buildPalette, readLayout } from '../../../src/data/layout/layout.ts';
import { colorOf, hex, readPaletteFile } from '../../../src/data/layout/palette.ts';
import { paletteReport } from '../../../src/data/layout/paletteReport.ts';
import { soft, crisp, over, inBox } from '../../support/layouts.ts';
import { refusedSync } from '../../support/refused.ts';

for (const [what, text, expected] of [
  ['JSON object', '{"sky": "#87ceeb", "grass": "#0F0"}', 'sky #87ceeb|grass #00ff00'],
  ['JSON object of triples', '{"sky": [1, 2, 3]}', 'sky #010203'],
  [
    'JSON list',
    '[{"name": "sky", "color": "#87ceeb", "index": 4}, {"name": "b", "color": [0, 0, 1]}]',
    'sky #87ceeb 4|b #000001',
  ],
  ['JSON under classes', '{"classes": [{"name": "sky", "color": "87ceeb"}]}', 'sky #87ceeb'],
  ['JSON by color', '{"#87ceeb": "sky"}', 'sky #87ceeb'],
  ['JSON by number', '{"0": "sky", "3": "tall grass"}', `sky ${hex(colorOf(0))} 0|tall grass ${hex(colorOf(3))} 3`],
  ['JSON names', '["sky", "grass"]', `sky ${hex(colorOf(0))} 0|grass ${hex(colorOf(1))} 1`],
  ['hex lines', '\ufeff# comment\r\n#87ceeb sky\r\n\r\n#00ff00\ttall grass\r\n', 'sky #87ceeb|tall grass #00ff00'],
  ['hex last', 'tall grass: #00ff00', 'tall grass #00ff00'],
  ['triples', '135 206 235 sky\n0,255,0,grass', 'sky #87ceeb|grass #00ff00'],
  ['numbers', '0 sky\n1: tall grass', `sky ${hex(colorOf(0))} 0|tall grass ${hex(colorOf(1))} 1`],
  [
    'numbers and colors',
    '0 sky #87ceeb\n1 0 255 0 grass\n2 #010203 soil',
    'sky #87ceeb 0|grass #00ff00 1|soil #010203 2',
  ],
  [
    'GIMP',
    'GIMP Palette\nName: mine\nColumns: 3\n#\n135 206 235\tsky\n  0 255   0\tUntitled\n',
    'sky #87ceeb 0|#00ff00 #00ff00 1',
  ],
] as [string, string, string][]) {
  test(`palette file: ${what}`, () => {
    const got = readPaletteFile(text, 'p')
      .classes.map((c) => `${c.name} ${hex(c.color)}${c.index === undefined ? '' : ` ${c.index}`}`)
      .join('|');
    assert.is(got, expected);
  });
}

for (const [what, text, pattern] of [
  ['empty', '\n# nothing\n', /^p: names no class/],
  ['broken JSON', '{"sky": ', /^p: is not valid JSON/],
  ['no color', '{"sky": "blue-ish"}', /entry "sky": cannot make a class of "blue-ish"/],
  ['rubbish line', '#87ceeb sky\nwhat is this', /line 2 "what is this" is no class/],
  ['a color twice', '#87ceeb sky\n#87CEEB sea', /the color #87ceeb stands twice \(line 1, line 2\)/],
  ['a name twice', '#87ceeb sky\n#87ceec sky', /the name "sky" stands twice/],
  ['a level over 255', '300 0 0 sky', /line 1 "300 0 0 sky" is no class/],
] as [string, string, RegExp][])
  test(`palette file refused: ${what}`, () => refusedSync(() => readPaletteFile(text, 'p'), pattern));

test('a palette file names the classes, fixes their order, and lacking or extra ones are told', () => {
  const named = readPaletteFile(
    '{"soil": "#ff9300", "sky": "#00fdff", "path": "#ff00ff", "grass": "#00f900"}',
    'p.json',
  );
  const { palette } = buildPalette(soft(3), { named });
  assert.equal(
    [palette.classes.map((c) => c.name), palette.absent!.map((c) => c.name)],
    [['soil', 'sky', 'grass'], ['path']],
  );
  const path = over(crisp(), (x, y, c) => (inBox(x, y, 0, 0, 40, 20) ? [255, 0, 255] : c));
  refusedSync(
    () => readLayout(path, palette),
    /#ff00ff \(8\.3 % of the layout, as at pixel \(0, 0\)\) is "path", of which the source layout has nothing/,
  );
  refusedSync(
    () =>
      buildPalette(path, { named: readPaletteFile('{"sky": "#00fdff", "grass": "#00f900", "soil": "#ff9300"}', 'p') }),
    /#ff00ff \(.* as at pixel \(0, 0\)\) is not in the palette file; the nearest there is "\w+"/,
  );
  assert.ok(
    paletteReport({ source: crisp(), named }).warnings.some((w) => /class "path" is absent from the source/.test(w)),
  );
});

test.run();
