// A session ends when nothing is pressed for a while. Before it does, whoever is still here may stay.
const minute = 60_000;
const ahead = 2;

/**
 * @param {HTMLElement} notice hidden, with the minutes until a session ends, and a button to stay
 * @param {() => void} stayed
 */
export function warn(notice, stayed) {
  const [soon, over] = notice.querySelectorAll('p');
  const stay = notice.querySelector('button');
  const minutes = Number(notice.dataset.sessionMinutes);
  let before;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(show, Math.max(minutes - ahead, minutes / 2) * minute);
  };
  const show = () => {
    before = document.activeElement;
    notice.hidden = false;
  };
  stay.addEventListener('click', async () => {
    const reply = await fetch('/help', { method: 'HEAD', redirect: 'manual' }).catch(() => undefined);
    if (reply?.ok) {
      notice.hidden = true;
      wait();
      stayed();
    } else {
      soon.hidden = true;
      over.hidden = false;
      stay.hidden = true;
    }
    before?.focus();
  });
  // A page that took the place of another was asked for, so that the session goes on.
  document.addEventListener('lendwell-page', () => {
    notice.hidden = true;
    wait();
  });
  wait();
}
