/** What `segment`, `edges` and `palette` refuse. */
import { test } from '../../support/suite.ts';
import { refuses } from '../../support/badInput/cases.ts';
import { inputs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
});

refuses([
  { name: 'edges of nothing', args: ['edges', 'flat.png', '-o', 'new.png'], says: /flat\.png: no edge is found/ },
  {
    name: 'edges written over the photograph',
    args: ['edges', 'photo.png', '-o', 'photo.png'],
    says: /photo\.png: is one of the inputs/,
  },
  { name: 'edges by an impossible share', args: ['edges', 'photo.png', '--high', '2'], says: /between 0 and 1/ },
  {
    name: 'a drawing of another shape to compare with',
    args: ['edges', 'photo.png', '--against', 'tall-drawing.png'],
    says: /tall-drawing\.png: is 32 x 48, and photo\.png 48 x 32/,
  },
  { name: 'a palette of a photograph', args: ['palette', 'photo.png'], says: /photo\.png: / },
  { name: 'a first layout of what is no picture', args: ['segment', 'text.png'], says: /text\.png: / },
  {
    name: 'a first layout of one class',
    args: ['segment', 'photo.png', '-k', '1'],
    says: /a whole number from 2 to 64 is expected/,
  },
  {
    name: 'a first layout as JPEG',
    args: ['segment', 'photo.png', '-o', 'first.jpg'],
    says: /first\.jpg: is written as PNG/,
  },
  {
    name: 'a first layout over its photograph',
    args: ['segment', 'photo.png', '-o', 'photo.png'],
    says: /photo\.png: is one of the inputs/,
  },
  {
    name: 'layout and overlay in one file',
    args: ['segment', 'photo.png', '-o', 'a.png', '--overlay', 'a.png'],
    says: /a\.png: would hold both/,
  },
  {
    name: 'superpixels of no compactness',
    args: ['segment', 'photo.png', '--compactness', 'none'],
    says: /a number from 1 to 100 is expected/,
  },
]);

test.run();
