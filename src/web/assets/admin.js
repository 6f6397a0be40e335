import { offerCamera } from './camera.js';
import { keepDrafts, stillHere } from './drafts.js';
import { standWhereLeft, walkLists } from './list.js';
import { initAll } from './nhsuk.js';
import { offerPasskeys } from './passkey.js';
import { watchProgress } from './progress.js';
import { copyDown } from './rows.js';
import { catchScans, takeScan } from './scan.js';
import { enqueue, queueScans } from './scan-queue.js';
import { warn } from './session.js';
import { sound } from './sound.js';
import { searchKeys, suggest } from './suggestions.js';
import { moveByDragging } from './week.js';

// A row of an import leads to its line in the text, which is selected there to be mended.
document.addEventListener('click', (event) => {
  const line = Number(event.target.dataset?.textLine);
  const text = line && document.getElementById('csv');
  if (!text) return;
  event.preventDefault();
  text.closest('details')?.setAttribute('open', '');
  const lines = text.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((length, { length: more }) => length + more + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
  const height = Number.parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 3) * height);
  text.scrollLeft = 0;
});

// Every box of a list at once, or none.
document.addEventListener('click', ({ target }) => {
  if (target.dataset?.tickAll === undefined) return;
  const boxes = [...target.form.querySelectorAll('input[type="checkbox"]')];
  const isAll = boxes.every(({ checked }) => checked);
  for (const box of boxes) box.checked = !isAll;
});

// A page to print has a button for it.
document.addEventListener('click', ({ target }) => target.dataset?.print !== undefined && print());

// The next scan takes the place of what is in the box. The focus may be there before this runs, or come after.
const select = (element) => element?.matches('[data-scan]:not(textarea)') && element.select();
document.addEventListener('focusin', (event) => select(event.target));
select(document.activeElement);

/** Every page works without any of this. What each begins with, also one that takes the place of another. */
function begin() {
  initAll();
  for (const form of document.querySelectorAll('[data-suggestions]')) suggest(form);
  sound();
  offerPasskeys();
  moveByDragging();
  watchProgress();
  offerCamera((scan, box) => takeScan(scan, enqueue, box));
  document.dispatchEvent(new Event('lendwell-page'));
}
begin();
catchScans(enqueue);
queueScans(begin);
searchKeys();
walkLists();
standWhereLeft();
copyDown();
for (const notice of document.querySelectorAll('[data-session-minutes]')) warn(notice, stillHere);
keepDrafts();
