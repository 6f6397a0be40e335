/** A call of the week is dragged to another day. Without a reason yet, and without a mouse, its page asks for the time and the reason. */
export function moveByDragging() {
  const week = document.querySelector('[data-week]');
  const form = document.getElementById('week-move');
  if (!week || !form) return;
  let chip;
  const dayAt = ({ target }) => (target instanceof Element ? target.closest('[data-day]') : null);
  const show = (day) => {
    for (const one of week.querySelectorAll('[data-day]'))
      one.classList.toggle('app-week__day--over', one === day);
  };
  week.addEventListener('dragstart', (event) => {
    chip = event.target instanceof Element ? event.target.closest('[data-move]') : undefined;
    event.dataTransfer?.setData('text/plain', '');
  });
  week.addEventListener('dragover', (event) => {
    const day = dayAt(event);
    if (!chip || !day) return;
    event.preventDefault();
    show(day);
  });
  week.addEventListener('dragend', () => show(undefined));
  week.addEventListener('drop', (event) => {
    const day = dayAt(event);
    show(undefined);
    if (!chip || !day || chip.closest('[data-day]') === day) return;
    event.preventDefault();
    const address = new URL(chip.dataset.move, location.href);
    const why = document.getElementById('week-why').value;
    if (!why) {
      address.searchParams.set('day', day.dataset.day);
      location.assign(address);
      return;
    }
    address.searchParams.set('why', why);
    form.action = address.href;
    form.elements.version.value = chip.dataset.version;
    form.elements.dueOn.value = day.dataset.day;
    form.elements.why.value = why;
    chip = undefined;
    form.submit();
  });
}
