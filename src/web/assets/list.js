// Lists by keys: up and down walk the rows by what names them, Enter opens the one that has the focus, Home and End
// lead to the first and the last. Coming back from a record, the list stands where it was left.

const namesOf = () => [...document.querySelectorAll('.app-list tbody th[scope="row"] a')];
const isTyping = (element) =>
  element?.matches?.('input:not([type="checkbox"]), select, textarea, summary, [contenteditable]');

/** Which row's name comes after the present one by such a key; undefined for any other key. */
function nextName(names, present, key) {
  const at = names.indexOf(present);
  if (key === 'ArrowDown') return names[at + 1];
  if (key === 'ArrowUp') return at < 0 ? undefined : names[at - 1];
  if (key === 'Home') return names[0];
  if (key === 'End') return names.at(-1);
}

/** Walks the rows of the list that has the focus. Elsewhere the keys scroll, as ever. */
export function walkLists() {
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || isTyping(event.target)) return;
    const row = event.target.closest?.('.app-list tr, #list');
    if (!row) return;
    const present = row.querySelector?.(':scope > th[scope="row"] a');
    const next = nextName(namesOf(), present, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.closest('tr').scrollIntoView({ block: 'nearest' });
  });
}

/** Shows the row that one has come back from, where a link led back; Back itself stands where it stood. */
export function standWhereLeft() {
  const { referrer } = document;
  if (!referrer || performance.getEntriesByType('navigation')[0]?.type !== 'navigate') return;
  const from = new URL(referrer);
  if (from.origin !== location.origin || from.pathname === location.pathname) return;
  const name = namesOf().find((link) => new URL(link.href).pathname === from.pathname);
  if (!name) return;
  const row = name.closest('tr');
  row.classList.add('app-list__last');
  const { top, bottom } = row.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) row.scrollIntoView({ block: 'center' });
}
