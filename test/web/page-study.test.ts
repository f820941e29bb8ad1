/**
 * The study's page in a real browser, opened as a file: ranked by keyboard and by touch, reloaded, gone on with,
 * exported.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { permutation } from '../../src/evaluate/study/study.ts';
import { readAnswers } from '../../src/evaluate/study/answers.ts';
import { encodePng } from '../../src/node/encode.ts';
import { browserPath, openBrowser } from '../support/web/browser.ts';
import { folder, run } from '../support/child.ts';
import { paint, photo } from '../support/runs.ts';

const methods = ['okapi', 'quagga', 'zebra'],
  questions = ['east', 'north', 'west'],
  seed = 11;
const put = (name: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
};

if (browserPath) {
  test('the study: keyboard, touch, reload, export', async () => {
    put('plain/source.png', encodePng(photo(64, 48)));
    // A method's pictures have its own red, by which the test, which may not see names either, tells them apart.
    for (const [m, method] of methods.entries())
      for (const [q, name] of questions.entries())
        put(`plain/${method}/${name}.png`, encodePng(paint(64, 48, (x) => [80 * m, x, 60 * q])));
    const made = await run(['study', 'plain', '-o', 'study.html', '--seed', String(seed)]);
    assert.is(made.code, 0, made.stderr);
    const address = pathToFileURL(join(folder, 'study.html')).href;
    const browser = await openBrowser({ webgpu: false });
    const { page } = browser;
    const text = (id: string): Promise<string> => page.locator(id).innerText();
    /** The methods on screen in the order of their letters, by their pictures' color. */
    const onScreen = (): Promise<string[]> =>
      page.evaluate(
        async (names) =>
          Promise.all(
            [...document.querySelectorAll<HTMLImageElement>('#choices img')].map(async (img) => {
              await img.decode();
              const canvas = new OffscreenCanvas(1, 1),
                context = canvas.getContext('2d')!;
              context.drawImage(img, 0, 0, 1, 1, 0, 0, 1, 1);
              return names[Math.round(context.getImageData(0, 0, 1, 1).data[0] / 80)];
            }),
          ),
        methods,
      );
    const blind = async (): Promise<void> =>
      assert.not.match(
        await page.evaluate(() => document.documentElement.outerHTML),
        /okapi|quagga|zebra/i,
        'no method has a name here',
      );
    /** What was ranked: question to methods by rank. */
    const given = new Map<string, string[]>(),
      letters = new Map<string, string[]>();
    try {
      await page.goto(address);
      await page.locator('#begin').click();
      assert.ok(await page.locator('#wrong').isVisible(), 'no id, no study');
      await page.keyboard.type('P-7');
      await page.keyboard.press('Enter');
      const order = permutation(3, seed, 'P-7', 'order of the questions').map((q) => questions[q]);
      const check = async (i: number): Promise<string[]> => {
        assert.is(await text('#where'), `Question ${i + 1} of 3`);
        await blind();
        const seen = await onScreen();
        assert.equal(
          seen,
          permutation(3, seed, 'P-7', order[i]).map((m) => methods[m]),
          'the shuffle on record is the one on screen',
        );
        letters.set(order[i], seen);
        return seen;
      };
      // By number keys: the first picture is chosen already. Rank 2, then C rank 1; then B, by its letter, is what is
      // left: 3.
      let seen = await check(0);
      assert.equal(
        await page.locator('#choices b').allInnerTexts(),
        ['', '', ''],
        'Enter began the study, and ranked nothing',
      );
      await page.keyboard.press('2');
      assert.is(await text('#status'), 'Picture A is 2nd');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('1');
      await page.keyboard.press('b');
      assert.equal(
        await page.locator('#choices button').evaluateAll((all) => all.map((b) => b.getAttribute('aria-label'))),
        ['Picture A, ranked 2nd of 3', 'Picture B, ranked 3rd of 3', 'Picture C, ranked 1st of 3'],
      );
      given.set(order[0], [seen[2], seen[0], seen[1]]);
      await page.keyboard.press('Enter'); // the focus is on Next by now
      // Half an answer by touch, then a reload: it is still there.
      seen = await check(1);
      const pictures = page.locator('#choices button');
      await pictures.nth(0).click();
      await pictures.nth(1).click();
      await pictures.nth(0).click(); // taken back
      await page.reload();
      assert.match(await text('#status'), /Gone on with where P-7 stopped/);
      assert.equal(await check(1), seen);
      assert.equal(await pictures.locator('b').allInnerTexts(), ['', '2nd', '']);
      await pictures.nth(2).click();
      await pictures.nth(0).click();
      given.set(order[1], [seen[2], seen[1], seen[0]]);
      await page.locator('#next').click();
      seen = await check(2);
      for (const k of ['a', 'b', 'c']) await page.keyboard.press(k);
      await page.keyboard.press('Backspace');
      assert.ok(await page.locator('#next').isDisabled(), 'cleared');
      for (const k of ['b', 'a', 'c']) await page.keyboard.press(k);
      given.set(order[2], [seen[1], seen[0], seen[2]]);
      await page.keyboard.press('Enter');
      assert.ok(await page.locator('#done').isVisible());
      await blind(); // the answers' text area has a value, which is no part of the document
      await page.reload();
      assert.ok(await page.locator('#done').isVisible(), 'the end is kept, too');
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#export').click()]);
      assert.is(download.suggestedFilename(), 'study-P-7.csv');
      const csv = readFileSync((await download.path())!, 'utf8');
      assert.is(await page.locator('#csv').inputValue(), csv.replaceAll('\r\n', '\n'));
      const { answers } = readAnswers([{ name: 'saved', text: csv }]);
      assert.is(answers.length, 9);
      for (const a of answers) {
        assert.is(given.get(a.question)![a.rank - 1], a.method);
        assert.is(letters.get(a.question)!['ABC'.indexOf(a.shown)], a.method);
        assert.ok(a.participant === 'P-7' && a.seed === seed && a.timeMs > 0);
      }
      assert.equal(browser.foreign, [], 'nothing was asked for elsewhere');
      assert.equal(browser.errors, []);
    } finally {
      await browser.close();
    }
  });
}
test.run();
