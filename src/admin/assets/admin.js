import { initAll } from './nhsuk.js';

// Every page works without this: it adds the menu that folds, guards against double clicks, and focus.
initAll();

// A scanner ends each scan with Enter. In a list of rows that means the next row, not the whole form.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.target.dataset?.enter !== 'next-row') return;
  event.preventDefault();
  const next = event.target.name.replace(/\.(\d+)\./, (_, row) => `.${Number(row) + 1}.`);
  event.target.form.elements.namedItem(next)?.focus();
});
