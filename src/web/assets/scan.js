// A scanner types faster than anyone, and ends with Enter. Its scan reaches the page's box for scans, wherever the focus is.
const betweenKeys = 150;
const fewest = 4;
const notForText = ['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color'];

/** Typing there is meant for it. */
const isForText = (element) =>
  element.isContentEditable ||
  element.matches('textarea') ||
  (element.matches('input') && !notForText.includes(element.type));

/** @param {HTMLInputElement | HTMLTextAreaElement} box takes each scan: one sends its form, of several lines one more is added */
export function catchScans(box) {
  let keys = '';
  let since = 0;
  let last = 0;
  let chosen;

  const forget = () => {
    keys = '';
    chosen = undefined;
  };
  const isScan = (now, least) => keys.trim().length >= least && now - since <= betweenKeys * keys.length;

  document.addEventListener('focusin', forget);
  document.addEventListener(
    'keydown',
    (event) => {
      const { key, target, timeStamp: now } = event;
      if (key === 'Shift') return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isForText(target)) {
        forget();
      } else if (key === 'Enter' && isScan(now, fewest)) {
        stop(event);
        take();
      } else if (key.length > 1) {
        forget();
      } else {
        if (now - last > betweenKeys * fewest) forget();
        // Within a scan a space neither ticks nor presses.
        if (key === ' ' && isScan(now, 1)) stop(event);
        // A list goes to what begins with a letter; it goes back when that was of a scan.
        if (!keys) since = now;
        if (!keys && target.matches('select')) chosen = { list: target, index: target.selectedIndex };
        keys += key;
        last = now;
      }
    },
    true,
  );
  document.addEventListener(
    'keyup',
    (event) => event.key === ' ' && keys.trim() && event.preventDefault(),
    true,
  );

  function take() {
    if (chosen) chosen.list.selectedIndex = chosen.index;
    const scan = keys.trim();
    forget();
    if (box.matches('textarea')) {
      box.value = [...box.value.split('\n').filter(Boolean), scan, ''].join('\n');
      box.focus();
    } else {
      box.value = scan;
      box.form.requestSubmit(box.form.querySelector('button:not([type="button"])'));
    }
  }
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
