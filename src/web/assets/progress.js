// How far the work on a long list is: the page is asked again while someone looks at it, and makes way for what comes after.
const seconds = 2;
let timer;

/** Looks again and again at each page that shows how far something is. */
export function watchProgress() {
  clearTimeout(timer);
  const far = document.querySelector('[data-progress]');
  if (far) timer = setTimeout(() => look(far), seconds * 1000);
}

async function look(far) {
  if (!far.isConnected) return;
  // Nobody sees it: it goes on when someone does.
  if (document.hidden) {
    document.addEventListener('visibilitychange', () => look(far), { once: true });
    return;
  }
  const reply = await fetch(far.dataset.progress, { redirect: 'manual' }).catch(() => undefined);
  if (reply?.ok) {
    const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
    const now = page.querySelector('[data-progress]');
    const isSame = now && page.title === document.title;
    if (!isSame || !page.querySelector('form[action$="/calling-off"]') !== !callOff())
      return location.replace(far.dataset.progress);
    show(far, now);
  } else if (reply?.type === 'opaqueredirect' || [401, 403, 404].includes(reply?.status)) {
    return location.replace(far.dataset.progress);
  }
  // A server that is busy, or starts anew, is asked again.
  timer = setTimeout(() => look(far), seconds * 1000);
}

const callOff = () => document.querySelector('form[action$="/calling-off"]');

function show(far, now) {
  far.querySelector('progress').value = now.querySelector('progress').value;
  far.querySelector('progress').max = now.querySelector('progress').max;
  const [text, other] = [far, now].map((part) => part.querySelector('[role="status"]'));
  if (text.textContent !== other.textContent) text.textContent = other.textContent;
}
