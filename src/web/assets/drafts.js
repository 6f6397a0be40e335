// What is typed in one form of a page stays when another form of it is sent: in this tab alone, until it is sent
// itself, cleared, or nobody is signed in any more. Only forms that save something are kept, and no secrets or files.
const place = 'lendwell-drafts';
const most = 200_000;
const minute = 60_000;
const neverKept = ['hidden', 'password', 'file', 'submit', 'button', 'reset', 'image'];

const session = document.body.dataset.session;
const minutes = Number(document.querySelector('[data-session-minutes]')?.dataset.sessionMinutes);
const tabs = new BroadcastChannel('lendwell-session');
/** What was typed into a form that came back refused: the page has it as if it had always been there. */
const refusedFields = new Map();
let kept;
let timer;

/** Shows what is kept for this page, and keeps what is typed on it. */
export function keepDrafts() {
  tabs.addEventListener('message', forget);
  if (!session) return forget();
  kept = read();
  bringBack();
  document.addEventListener('submit', keep);
}

/** Keeps what is typed on a page that another is about to take the place of, since a form of it was sent. */
export const keepTyped = (form) => session && keep({ target: form });

/** Shows what is kept for the page that is there now. */
export function bringBack() {
  if (!session) return;
  settleSent();
  for (const form of savingForms()) restore(form);
  stillHere();
}

/** Drafts last no longer than a session in which nothing is pressed. */
export function stillHere() {
  clearTimeout(timer);
  timer = setTimeout(forget, minutes * minute);
  write();
}

function read() {
  const found = JSON.parse(sessionStorage.getItem(place) ?? '{}');
  const isOurs = found.session === session && Date.now() - found.at < minutes * minute;
  return isOurs ? found : { session, drafts: {} };
}

/** The oldest go first when it is too much. */
function write() {
  const { drafts, sent } = kept;
  if (!sent && !Object.keys(drafts).length) return sessionStorage.removeItem(place);
  const text = JSON.stringify({ ...kept, at: Date.now() });
  if (text.length <= most) return sessionStorage.setItem(place, text);
  const [oldest] = Object.keys(drafts);
  if (oldest) delete drafts[oldest];
  else delete kept.sent;
  write();
}

function forget() {
  kept = { session, drafts: {} };
  sessionStorage.removeItem(place);
}

function keep({ target, defaultPrevented }) {
  if (defaultPrevented) return;
  if (addressOf(target) === '/sign-out') {
    forget();
    tabs.postMessage('over');
    return;
  }
  delete kept.sent;
  for (const form of savingForms()) {
    const key = keyOf(form);
    const fields = changedIn(form);
    delete kept.drafts[key];
    if (!Object.keys(fields).length) continue;
    if (form === target) kept.sent = { key, fields };
    else kept.drafts[key] = fields;
  }
  write();
}

/** What was sent last is saved, or was refused and is not. */
function settleSent() {
  const { sent } = kept;
  delete kept.sent;
  if (!sent || !document.querySelector('.nhsuk-error-summary, [data-problem]')) return;
  const form = savingForms().find((one) => keyOf(one) === sent.key);
  if (form) refusedFields.set(form, Object.keys(sent.fields));
  else kept.drafts[sent.key] = sent.fields;
}

function restore(form) {
  const key = keyOf(form);
  const draft = kept.drafts[key];
  if (!draft) return;
  const controls = controlsOf(form).filter(({ id }) => id in draft);
  for (const control of controls) put(control, draft[control.id]);
  if (!Object.keys(changedIn(form)).length) {
    delete kept.drafts[key];
    return;
  }
  for (const control of controls)
    for (let fold = control.closest('details'); fold; fold = fold.parentElement.closest('details'))
      fold.open = true;
  sayNotSaved(form, key);
  tell(form);
}

function sayNotSaved(form, key) {
  const line = document.createElement('p');
  line.className = 'app-draft';
  line.innerHTML =
    'What you typed here is not saved yet. <button type="button" class="nhsuk-button nhsuk-button--secondary nhsuk-button--small">Clear it<span class="nhsuk-u-visually-hidden"></span></button>';
  const saves = form.querySelector('button:not([type="button"])');
  line.querySelector('span').textContent = saves ? ` (${saves.textContent.trim()})` : '';
  line.querySelector('button').addEventListener('click', () => {
    delete kept.drafts[key];
    write();
    form.reset();
    line.remove();
    tell(form);
    controlsOf(form)[0].focus();
  });
  form.prepend(line);
}

/** Whatever follows what is chosen in a form hears that it is another. */
const tell = (form) => form.dispatchEvent(new Event('change', { bubbles: true }));

/** A form that saves something has a key that makes a second click harmless; a search has none. What nobody is to see again is not kept. */
const savingForms = () =>
  [...document.forms].filter(
    (form) => form.elements.namedItem('_once') && !('notKept' in form.dataset) && controlsOf(form).length,
  );

const addressOf = (form) => {
  const { pathname, search } = new URL(form.getAttribute('action') ?? '', document.URL);
  return pathname + search;
};
/** The same whichever page the form is on, and whatever else of that page has changed. */
const keyOf = (form) => `${addressOf(form)} ${controlsOf(form)[0].id}`;

const controlsOf = (form) =>
  [...form.elements].filter(
    (control) =>
      control.id && control.matches('input, select, textarea') && !neverKept.includes(control.type),
  );

const isTick = ({ type }) => type === 'checkbox' || type === 'radio';
const contentOf = (control) => (isTick(control) ? control.checked : control.value);

function put(control, value) {
  if (isTick(control)) control.checked = value;
  else if (!control.options || [...control.options].some((option) => option.value === value))
    control.value = value;
}

function changedIn(form) {
  const also = refusedFields.get(form) ?? [];
  const changed = controlsOf(form).filter(
    (control) => also.includes(control.id) || contentOf(control) !== startOf(control),
  );
  return Object.fromEntries(changed.map((control) => [control.id, contentOf(control)]));
}

function startOf(control) {
  if (isTick(control)) return control.defaultChecked;
  if (!control.options) return control.defaultValue;
  return ([...control.options].find((option) => option.defaultSelected) ?? control.options[0])?.value;
}
