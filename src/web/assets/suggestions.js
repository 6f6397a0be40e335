// While someone types into the search box, what is found so far shows below it. Enter searches as ever.
const patience = 300;
const fewest = 3;

/** @param {HTMLFormElement} form a search box with a place for suggestions */
export function suggest(form) {
  const box = form.elements.namedItem('code');
  const place = form.querySelector('.app-suggestions');
  let timer;
  let asking;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    place.hidden = true;
    place.replaceChildren();
  };
  const ask = async () => {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const body = new URLSearchParams(new FormData(form));
      const reply = await fetch(form.dataset.suggestions, {
        method: 'POST',
        body,
        signal,
        redirect: 'error',
      });
      if (!reply.ok) return close();
      const html = await reply.text();
      if (signal.aborted) return;
      place.innerHTML = html;
      place.hidden = false;
    } catch {
      // Without a connection, or signed out meanwhile, Enter tells.
    }
  };

  box.addEventListener('input', () => {
    clearTimeout(timer);
    asking?.abort();
    if (box.value.trim().length < fewest) return close();
    timer = setTimeout(ask, patience);
  });
  form.addEventListener('submit', close);
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !place.hidden) {
      close();
      box.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || place.hidden) return;
    event.preventDefault();
    const stops = [box, ...place.querySelectorAll('a')];
    stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)].focus();
  });
  document.addEventListener('click', (event) => {
    if (!form.contains(event.target)) close();
  });
}

const kept = 'lendwell-slash';
const isOn = () => localStorage.getItem(kept) !== 'off';
const isTyped = (element) => element.isContentEditable || element.matches('input, textarea, select');

/** Ctrl K, or Cmd K, leads to the search box from anywhere; / as well where nothing is typed, which the page of help can turn off. */
export function searchKeys() {
  const choice = document.getElementById('slash');
  if (choice) {
    choice.checked = isOn();
    choice.closest('[hidden]').hidden = false;
    choice.addEventListener('change', () => localStorage.setItem(kept, choice.checked ? 'on' : 'off'));
  }
  document.addEventListener('keydown', (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k';
    const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && isOn();
    if (!isCommand && !(isSlash && !isTyped(event.target))) return;
    const box = document.querySelector('.app-bar [data-scan]');
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
