// Lines of a form that are alike: a scanner goes from one to the next, and what they have in common is copied down.
const same = ['kind', 'make', 'model'];

const inLine = ({ name, form }, line, field) =>
  form.elements.namedItem(name.replace(/\.\d+\..*/, `.${line}.${field}`));
const lineOf = ({ name }) => Number(/\.(\d+)\./.exec(name)?.[1]);

/** Listens for serial numbers that are scanned or typed. */
export function copyDown() {
  // A scanner ends each scan with Enter. In a list of rows that means the next row, not the whole form.
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (key !== 'Enter' || target.dataset?.enter !== 'next-row') return;
    event.preventDefault();
    copyTo(target);
    const next = target.name.replace(/\.(\d+)\./, (_, row) => `.${Number(row) + 1}.`);
    target.form.elements.namedItem(next)?.focus();
  });
  document.addEventListener('change', ({ target }) => {
    if (target.dataset?.enter === 'next-row') copyTo(target);
  });
}

/** Fills what is empty of a line whose serial number is there with what the line above says, if nothing of it is filled in. */
function copyTo(box) {
  const line = lineOf(box);
  if (!line || !box.value.trim()) return;
  const pairs = same.map((field) => [inLine(box, line, field), inLine(box, line - 1, field)]);
  if (pairs.some(([own, above]) => !own || !above || own.value)) return;
  for (const [own, above] of pairs) own.value = above.value;
  const [own, above] = [inLine(box, line, 'condition'), inLine(box, line - 1, 'condition')];
  if (own && above?.value) own.value = above.value;
}
