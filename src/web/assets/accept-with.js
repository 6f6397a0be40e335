// The button says what it does with what is ticked. Without this it speaks of what is ticked, which is as true.
const needs = ['device', 'data', 'support'];
const inWords = new Intl.ListFormat('en-GB');

for (const form of document.querySelectorAll('[data-accepts]')) {
  const button = form.querySelector('button');
  const name = () => {
    const ticked = needs.filter((need) => form.querySelector(`[value="${need}"]:checked`));
    button.textContent = ticked.length
      ? `Accept with ${inWords.format(ticked)}`
      : 'Take up what is ticked, without accepting';
  };
  form.addEventListener('change', name);
  name();
}
