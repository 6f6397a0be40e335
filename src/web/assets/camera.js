// Where there is a camera, a button beside each box for scans opens it. What reads codes comes with the first press.
const pause = 120;
/** The longer side of what is read, in pixels. */
const large = 1280;
/** A code that stays in view is taken once; when it was gone for so long, it is a scan anew. In milliseconds. */
const goneAfter = 2000;
const options = {
  formats: ['Code128', 'Code39', 'EAN13', 'EAN8', 'UPCA', 'ITF', 'QRCode', 'DataMatrix'],
  maxNumberOfSymbols: 8,
};
const orType = 'The box still takes what you type.';
const faults = {
  insecure: 'The camera works only where the address begins with https.',
  NotAllowedError: 'This browser may not use the camera here. Allow it in the settings of the site.',
  NotFoundError: 'No camera was found.',
  NotReadableError: 'Another program has the camera. Close it there, then try again.',
  Ended: 'The camera has stopped.',
  NoReader: 'What reads codes could not be loaded. Look at the connection, then try again.',
  other: 'The camera could not be started.',
};

let isThere;
/** Whether there is a camera, or a screen to touch, whose device has one. */
async function hasCamera() {
  if (!navigator.mediaDevices) return false;
  if (matchMedia('(any-pointer: coarse)').matches) return true;
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.some(({ kind }) => kind === 'videoinput');
}

/**
 * Puts a button beside each box for scans of the page shown.
 * @param {(scan: string, box: HTMLElement) => void} take
 */
export async function offerCamera(take) {
  isThere ??= hasCamera();
  if (!(await isThere)) return;
  for (const box of document.querySelectorAll('[data-scan]')) offer(box, take);
}

/** Where the box, or the one in its place on the next page, is found. */
const placeOf = (box) => (box.closest('.app-bar') ? '.app-bar' : 'main');
const boxIn = (place) => document.querySelector(`${place} [data-scan]`);
const buttonIn = (place) => document.querySelector(`${place} .app-camera-button`);

function offer(box, take) {
  const place = placeOf(box);
  if (buttonIn(place)) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'app-camera-button nhsuk-button nhsuk-button--secondary';
  if (place === 'main') {
    button.textContent = 'Scan with camera';
    box.closest('.nhsuk-form-group').after(button);
  } else {
    button.classList.add('nhsuk-button--small');
    button.ariaLabel = 'Scan with camera';
    button.innerHTML = icon;
    box.parentElement.append(button);
  }
  button.addEventListener('click', () => openCamera(place, take));
}

const icon = `<svg class="nhsuk-icon" viewBox="0 0 24 24" width="24" height="24" focusable="false" aria-hidden="true">
<path d="M9 5 7.6 7H4a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V9a2 2 0 0 0-2-2h-3.6L15 5zm3 4.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8z"/></svg>`;
const dialogWords = `<h2 class="nhsuk-heading-s" id="camera-heading">Scan with camera</h2>
<video class="app-camera__picture" playsinline muted aria-label="What the camera sees"></video>
<p class="app-camera__said" role="status">Hold a code in front of the camera.</p>
<div class="app-camera__buttons">
<button type="button" class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" data-light aria-pressed="false" hidden>Light</button>
<button type="button" class="nhsuk-button nhsuk-button--small" data-close>Close</button>
</div>`;

/** The dialog with the camera's picture, until it is closed, has its one scan, or the page goes. */
async function openCamera(place, take) {
  const dialog = document.createElement('dialog');
  dialog.className = 'app-camera app-no-print';
  dialog.dataset.stays = '';
  dialog.setAttribute('aria-labelledby', 'camera-heading');
  dialog.innerHTML = dialogWords;
  const video = dialog.querySelector('video');
  const said = dialog.querySelector('[role="status"]');
  const say = (text) => {
    said.textContent = text;
  };
  // How many scans wait, and what stops them, is said where it can be reached.
  const scans = document.querySelector('.app-scans');
  const end = new AbortController();
  const { signal } = end;
  let stream;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  const close = () => {
    stop();
    dialog.close();
  };

  dialog.addEventListener('close', () => {
    end.abort();
    stop();
    if (scans) document.body.append(scans);
    dialog.remove();
    if (!document.activeElement || document.activeElement === document.body) buttonIn(place)?.focus();
  });
  dialog.querySelector('[data-close]').addEventListener('click', close);
  document.addEventListener('visibilitychange', () => document.hidden && close(), { signal });
  addEventListener('pagehide', close, { signal });
  document.addEventListener('lendwell-page', () => (boxIn(place) ? say(answer()) : close()), { signal });
  document.body.append(dialog);
  if (scans) dialog.append(scans);
  dialog.showModal();

  try {
    const reading = loadReader();
    // Refused before the camera is: it is told once that is there.
    reading.catch(() => {});
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: large }, height: { ideal: 720 } },
    });
    if (signal.aborted) return stop();
    stream.getVideoTracks()[0].addEventListener('ended', () => fail('Ended'));
    offerLight(stream, dialog.querySelector('[data-light]'));
    video.srcObject = stream;
    await video.play();
    await watch(video, { read: await reading, signal, taken });
  } catch (error) {
    fail(error.name);
  }

  function fail(name) {
    stop();
    if (signal.aborted) return;
    end.abort();
    video.hidden = true;
    say(`${isSecureContext ? (faults[name] ?? faults.other) : faults.insecure} ${orType}`);
  }

  function taken(code) {
    const box = boxIn(place);
    navigator.vibrate?.(80);
    say(`Read: ${code}`);
    // A box for one answer has it; a list, and scans that wait their turn, may go on.
    if (box.dataset.scan !== 'queue' && !box.matches('textarea')) close();
    take(code, box);
  }
}

/** What the page says of the scan before; else what it is about. */
const answer = () =>
  document
    .querySelector('main .nhsuk-error-summary__list, #last-scan, main .app-scan__last')
    ?.textContent.replaceAll(/\s+/g, ' ')
    .trim() || document.title.replace(/ – [^–]*$/, '');

function offerLight(stream, button) {
  const [track] = stream.getVideoTracks();
  if (!track.getCapabilities?.().torch) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const torch = button.ariaPressed !== 'true';
    await track.applyConstraints({ advanced: [{ torch }] }).catch(() => {});
    button.ariaPressed = String(torch);
  });
}

let loading;
/** Reads the codes of a picture. Loaded when it is first asked for. */
function loadReader() {
  loading ??= import('./reader/es/reader/index.js')
    .then(async ({ prepareZXingModule, readBarcodes }) => {
      const locateFile = (file) => new URL(`reader/${file}`, import.meta.url).href;
      await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
      return readBarcodes;
    })
    .catch((cause) => {
      loading = undefined;
      throw Object.assign(new Error('not loaded', { cause }), { name: 'NoReader' });
    });
  return loading;
}

/** Looks at one picture after another until the signal; tells each code that was read twice running, and is not the one that stays in view. */
async function watch(video, { read, signal, taken }) {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  let before;
  let last;
  let seen;
  while (!signal.aborted) {
    const [code] = nearestTheMiddle(await read(pictureOf(video, canvas, pen), options), canvas);
    if (signal.aborted) return;
    const now = performance.now();
    if (code && code === last && now - seen < goneAfter) seen = now;
    else if (code && code === before) {
      last = code;
      seen = now;
      taken(code);
    }
    before = code;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function pictureOf(video, canvas, pen) {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, large / Math.max(videoWidth, videoHeight));
  canvas.width = Math.max(1, Math.round(videoWidth * scale));
  canvas.height = Math.max(1, Math.round(videoHeight * scale));
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** The codes in a picture; a box has several, and the one that is meant is held to the middle. */
function nearestTheMiddle(found, { width, height }) {
  const distance = ({ position: { topLeft, bottomRight } }) =>
    Math.hypot((topLeft.x + bottomRight.x - width) / 2, (topLeft.y + bottomRight.y - height) / 2);
  return found.sort((one, other) => distance(one) - distance(other)).flatMap(({ text }) => text.trim() || []);
}
