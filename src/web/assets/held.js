// A button is pressed by two events, down and up. What is held down keeps the page under it, or the press would reach nothing.
const untilClick = 100;
let held = Promise.resolve();
let letGo = () => {};

function hold() {
  letGo();
  held = new Promise((resolve) => {
    letGo = resolve;
  });
}

/** Of a finger the click comes some time after it is lifted. */
function letGoSoon() {
  setTimeout(letGo, untilClick);
}

/** Watches the mouse, fingers and the space bar. A list that folds out may keep the event of letting go to itself: choosing ends it, too. */
export function watchPresses() {
  addEventListener('pointerdown', (event) => event.isPrimary && event.button === 0 && hold(), true);
  addEventListener('keydown', (event) => event.key === ' ' && !event.repeat && hold(), true);
  for (const type of ['pointerup', 'pointercancel', 'keyup', 'change'])
    addEventListener(type, letGoSoon, true);
  addEventListener('blur', () => letGo());
}

/** Resolves once nothing is held down. */
export const nothingHeld = () => held;
