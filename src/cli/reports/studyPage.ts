/** The page of a user study: one file that asks for nothing from elsewhere. Its work is in studyScript.ts. */
import { createHash } from 'node:crypto';
import { letter, type StudyData } from '../../evaluate/study/study.ts';
import { page } from '../../node/page.ts';
import script from './studyScript.ts?inline';

const style = `<style>
[hidden]{display:none!important}
button,input{font:inherit;color:inherit;background:var(--ground)}
button,input{border:1px solid var(--line);border-radius:8px;padding:8px 14px;min-height:44px}
button{cursor:pointer}button:disabled{opacity:.5;cursor:default}
:focus-visible{outline:3px solid #d06a00;outline-offset:2px}
.main{background:#0b6b55;border-color:#0b6b55;color:#fff}.row{align-items:center;margin:1rem 0}
.bar{display:flex;gap:12px;align-items:center}progress{flex:1;accent-color:#0b6b55}
.board{display:grid;grid-template-columns:minmax(150px,1fr) 3fr;gap:24px;align-items:start}
.board img{width:100%;min-width:0;box-sizing:border-box}
.board figure{border:3px solid var(--soft);border-radius:10px;padding:6px}
#choices{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px}
#choices button{display:block;position:relative;padding:6px;border-width:3px;border-radius:10px}
#choices button{touch-action:manipulation}#choices button[aria-pressed=true]{border-color:#0b6b55}
#choices span{display:inline-block;padding:6px 0 0;font-weight:600}
#choices b{position:absolute;top:12px;left:12px;padding:2px 10px;border-radius:99px;background:#0b6b55;color:#fff}
#choices b:empty{display:none}
#status{min-height:1.5em;color:var(--soft)}.bad{color:#b3261e}
textarea{width:100%;height:10em;font:12px/1.4 monospace;box-sizing:border-box}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 5px}
@media(prefers-color-scheme:dark){.bad{color:#ff9d8f}:focus-visible{outline-color:#f0a35e}}
@media(max-width:640px){
.board{grid-template-columns:1fr}.board figure{max-width:60%}
#choices{grid-template-columns:repeat(auto-fit,minmax(110px,1fr))}
}
</style>`;

export function studyPage(data: StudyData): string {
  const count = data.questions[0].pictures.length;
  const letters = Array.from({ length: count }, (_, i) => letter(i));
  // The policy lets exactly this script run, and pictures from within the page be shown; nothing else can be loaded or
  // sent.
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const questions = `${data.questions.length} ${data.questions.length === 1 ? 'question' : 'questions'}`;
  const keys = letters.map((l) => `<kbd>${l}</kbd>`).join(' ');
  const all = `${letters.slice(0, -1).join(', ')} and ${letters[count - 1]}`;
  const body = `<noscript><p>This page needs JavaScript, which is in the page itself.</p></noscript>
<section id="start" hidden>
<p>You will see ${questions}. In each there is one picture to compare with, on the left
(on a small screen: on top), and ${count} others, ${letters.join(', ')}.
Rank these by how similar their <em>appearance</em> is to the picture on the left: colors, textures, what things look
like. That things lie elsewhere in them is intended and does not count.</p>
<p>You may stop at any time: this browser keeps your answers, and this page goes on where you stopped.
Nothing is sent anywhere; at the end you save a file.</p>
<p><label for="participant">Your participant id, as you were given it</label></p>
<div class="row"><input id="participant" autocomplete="off" maxlength="40" aria-describedby="wrong">
<button id="begin" type="button" class="main">Begin</button></div>
<p id="wrong" class="bad" role="alert" hidden>Letters, digits, and . _ - please, 40 at most.</p>
</section>
<section id="ask" aria-labelledby="task" hidden>
<div class="bar"><span id="where"></span>
<progress id="progress" value="0" max="1" aria-labelledby="where"></progress></div>
<h2 id="task">Rank ${all} by appearance similarity with the picture on the left: most similar first</h2>
<div class="board">
<figure><img id="model" alt="The picture to compare with"><figcaption>Compare with this</figcaption></figure>
<div id="choices" role="group" aria-labelledby="task"></div></div>
<p id="status" role="status"></p>
<div class="row"><button id="back" type="button">Back</button><button id="clear" type="button">Clear</button>
<button id="next" type="button" class="main">Next</button></div>
<p>Touch or click the pictures in your order, the most similar first; once more takes a rank away.
Keys: ${keys} do the same; arrows go from picture to picture, and <kbd>1</kbd> to <kbd>${count}</kbd> give the chosen
one that rank; <kbd>Backspace</kbd> clears, <kbd>Enter</kbd> on Next goes on.</p>
</section>
<section id="end" aria-labelledby="done" hidden>
<h2 id="done" tabindex="-1">Thank you: all questions are answered</h2>
<p>Save the answers as a file, and give it to whoever asked you.</p>
<div class="row"><button id="export" type="button" class="main">Save answers (CSV)</button>
<button id="review" type="button">Back</button><button id="another" type="button">Another participant</button></div>
<p><label for="csv">The same as text</label></p><textarea id="csv" readonly></textarea>
</section>
<footer id="saving" hidden><hr><div class="row"><span>Participant <b id="who"></b></span>
<button id="save" type="button">Save answers so far (CSV)</button></div>
<p id="unkept" class="bad" role="alert" hidden>This browser keeps nothing for this page: answer all questions in one go,
and save the file.</p></footer>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>`;
  return page('Which look most alike?', body, {
    head: `<meta http-equiv="Content-Security-Policy" content="${policy}">${style}`,
  });
}
