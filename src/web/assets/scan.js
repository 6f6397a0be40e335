// A scanner types faster than anyone, and ends with Enter. Its scan reaches the page's box for scans, wherever the focus is.
const betweenKeys = 150;
const fewest = 4;
const notForText = ['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color'];

/** Typing there is meant for it. */
const isForText = (element) =>
  element.isContentEditable ||
  element.matches('textarea') ||
  (element.matches('input') && !notForText.includes(element.type));

/** The box that a scan is for: the page's own, or the one in its head. */
export const boxOfScans = () =>
  document.querySelector('main [data-scan]') ?? document.querySelector('.app-bar [data-scan]');

/**
 * Takes what was scanned, with a scanner or the camera, as if it were typed into its box and Enter pressed.
 * @param {string} scan
 * @param {(scan: string, form: HTMLFormElement) => void} enqueue takes a scan for a box whose scans wait their turn
 * @param {HTMLInputElement | HTMLTextAreaElement} box
 */
export function takeScan(scan, enqueue, box = boxOfScans()) {
  if (box.dataset.scan === 'queue') {
    enqueue(scan, box.form);
  } else if (box.matches('textarea')) {
    box.value = [...box.value.split('\n').filter(Boolean), scan, ''].join('\n');
    box.focus();
  } else {
    box.value = scan;
    box.form.requestSubmit(box.form.querySelector('button:not([type="button"])'));
  }
}

let keys = '';
/** Whether a scan has begun outside of a box: the focus does not move in the middle of it. */
export const isScanning = () => keys !== '';

/** @param {(scan: string, form: HTMLFormElement) => void} enqueue takes a scan for a box whose scans wait their turn */
export function catchScans(enqueue) {
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
      const isCommand = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
      if (!boxOfScans() || isCommand || isForText(target)) {
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
    takeScan(scan, enqueue);
  }
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
