// Scans come faster than pages. Each waits its turn, is sent as its form would send it, and the page that answers
// takes the place of the one shown, so that no key falls between two pages.
import { bringBack, keepTyped } from './drafts.js';
import { nothingHeld, watchPresses } from './held.js';
import { boxOfScans, isScanning } from './scan.js';
import { hear } from './sound.js';

const again = 2000;
const waiting = [];
const told = [];
let isSending = false;
/** What keeps scans from being sent: a fault in words, and whether a person has to do something about it. */
let trouble;
/** The address of the page shown. */
let shown = location.pathname;
let timer;
/** A button that was pressed while scans were waiting: it is pressed once they are through. */
let after;
/** What begins anew on each page. */
let begin;

const notice = () => document.querySelector('.app-scans');

/** @param {() => void} start what is done on each new page */
export function queueScans(start) {
  begin = start;
  watchPresses();
  document.addEventListener('submit', (event) => {
    const { target: form, submitter } = event;
    const box = queueBoxOf(form);
    if (!box) return;
    if (isSending && !isScanButton(submitter, form)) {
      event.preventDefault();
      after = submitter?.value ?? '';
    } else if (box.value.trim() && isScanButton(submitter, form)) {
      event.preventDefault();
      const code = box.value;
      box.value = '';
      enqueue(code, form);
    }
  });
  // Back, from a page that took the place of another; a place on the page shown is no other page.
  addEventListener('popstate', () => location.pathname === shown || location.reload());
  addEventListener('online', () => trouble && waiting.length && !trouble.isStopped && send());
  addEventListener('beforeunload', (event) => waiting.length && event.preventDefault());
}

/** What the button of a printed control code is called: `pass` of `LW+PASS`, whatever a keyboard makes of the plus. */
const controlOf = (code) => /^LW[^A-Z0-9]?(PASS|NEXT|UNDO|FAIL)$/i.exec(code)?.[1].toLowerCase();

/** Takes a scan that was caught outside of the box. */
export function enqueue(code, form = boxOfScans()?.form) {
  // Of the bar in the head or of the page's own box: whichever it was scanned for.
  waiting.push({ code: code.trim(), isOfBar: form.matches('.app-bar') });
  tell();
  if (!isSending) send();
}

const queueBoxOf = (form) => form.querySelector('[data-scan="queue"]');
const scanButton = (form) => form.querySelector('button:not([type="button"])');
const isScanButton = (submitter, form) => !submitter || submitter === scanButton(form);
const formFor = ({ isOfBar }) =>
  document.querySelector(isOfBar ? '.app-bar' : 'main form:has([data-scan="queue"])') ??
  document.querySelector('.app-bar');

async function send() {
  const [scan] = waiting;
  if (!scan) return;
  const control = controlOf(scan.code);
  const button = control && document.querySelector(`[data-control="${control}"]`);
  const form = button?.form ?? formFor(scan);
  if (!form) return;
  const isPart = button && !button.form;
  if (isPart || (control && !button && form.getAttribute('action') !== '/bench')) {
    waiting.shift();
    if (isPart) open(button);
    else tell({ text: `This page has nothing for ${scan.code}.` });
    if (waiting.length) send();
    return;
  }
  clearTimeout(timer);
  isSending = true;
  trouble = undefined;
  tell();
  const box = queueBoxOf(form);
  const before = new Map([...document.forms].map((one) => [addressOf(one), valuesOf(one)]));
  // A scan goes without the files of its form, which stay on the page.
  const sent = [...new FormData(form, button ?? scanButton(form))];
  const body = new URLSearchParams(sent.filter(([, value]) => typeof value === 'string'));
  if (!button) body.set(box.name, scan.code);
  try {
    const reply = await fetch(form.action, { method: 'POST', body });
    const url = new URL(reply.url);
    if (reply.status === 401 || reply.status === 403 || url.pathname === '/sign-in')
      return tell({
        text: 'You are signed out. Sign in in another window, then try again.',
        isStopped: true,
      });
    if (reply.status >= 500) throw new Error('not taken');
    const html = await reply.text();
    await nothingHeld();
    waiting.shift();
    keepTyped(form);
    // A search stands at its own address; what a page's own box sends leaves the page where it is.
    const isElsewhere = (reply.redirected || scan.isOfBar) && url.pathname !== location.pathname;
    show(new DOMParser().parseFromString(html, 'text/html'), before, isElsewhere);
    if (isElsewhere) history.pushState(null, '', url);
    shown = location.pathname;
    // Keys go on from what was found, past what is on every page; scans reach their box from there.
    if (scan.isOfBar && !button && reply.redirected && !isScanning() && !boxOfScans()?.value) goPastHead();
    if (scan.isOfBar && !button && reply.redirected) hear('ok');
    if (scan.isOfBar && !button)
      told.unshift({ code: scan.code, title: document.title, href: reply.redirected && url.pathname });
  } catch {
    tell({ text: 'There is no connection. It is tried again by itself.' });
    timer = setTimeout(send, again);
    return;
  }
  isSending = false;
  tell();
  if (waiting.length) return send();
  if (after !== undefined) press();
}

/** A part of the page that folds, with its first field ready. */
function open(part) {
  part.open = true;
  part.querySelector('select, input')?.focus();
}

/** Whoever has signed in again has forms of another session: the page is asked anew for its token, which all of its forms have. */
async function sendAgain() {
  const reply = await fetch(location.href).catch(() => undefined);
  const page = new DOMParser().parseFromString((await reply?.text()) ?? '', 'text/html');
  const token = page.body.dataset.session && page.querySelector('[name="_csrf"]')?.value;
  if (token) for (const field of document.querySelectorAll('[name="_csrf"]')) field.value = token;
  send();
}

/** What the person pressed meanwhile, now that the page has every scan. */
function press() {
  const form = document.querySelector('main form:has([data-scan="queue"])');
  const button = [...(form?.querySelectorAll('button') ?? [])].find(({ value }) => value === after);
  after = undefined;
  if (button) form.requestSubmit(button);
}

/** The page that answers, in place of the one shown; what was chosen or typed meanwhile stays, and so does the box in the window. */
function show(page, before, isElsewhere) {
  const changed = new Map(
    [...document.forms].map((form) => [addressOf(form), changedSince(form, before.get(addressOf(form)))]),
  );
  const files = [...document.querySelectorAll('input[type="file"]')].filter((one) => one.files.length);
  const active = document.activeElement;
  const begun = active?.matches('[data-scan]') ? active.value : '';
  const place = topOfBox();
  const comes = [...page.body.children].filter((element) => !element.matches('script, [data-stays]'));
  document.title = page.title;
  document.body.dataset.session = page.body.dataset.session ?? '';
  // What stays is not moved: a dialog that is open would no longer be one.
  for (const element of [...document.body.childNodes])
    if (element.dataset?.stays === undefined) element.remove();
  document.body.prepend(...comes);
  bringBack();
  for (const form of document.forms) take(form, changed.get(addressOf(form)));
  for (const chosen of files) putBack(chosen);
  begin();
  // What is asked for beside the box is read first; a scan reaches the box from there.
  const isAsked = !isElsewhere && isFaultBeside();
  if (isAsked) hear('stopped');
  if (isElsewhere) scrollTo(0, 0);
  if (!isScanning() && (!isAsked || begun)) goOn(begun);
  if (!isElsewhere && !isAsked) scrollBy(0, topOfBox() - place);
}

/** How far below the top of the window the box for scans is, in pixels. */
const topOfBox = () => boxOfScans()?.getBoundingClientRect().top ?? 0;

/** Whether the page says a fault, and none of the box for scans. */
function isFaultBeside() {
  const summary = document.querySelector('main .nhsuk-error-summary');
  return summary && !summary.querySelector(`a[href="#${boxOfScans()?.id}"]`);
}

/** Files that were chosen before the page came anew, in the same field of the same form. */
function putBack({ name, files, form }) {
  const own = [...document.forms].find((one) => addressOf(one) === addressOf(form));
  const field = own?.elements.namedItem(name);
  if (field) field.files = files;
}

function goPastHead() {
  const main = document.getElementById('maincontent');
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The next scan goes into its box; one that has begun goes on there. */
function goOn(begun) {
  const box = boxOfScans();
  const wanted = begun ? box : (document.querySelector('main [autofocus]') ?? box);
  wanted?.focus();
  if (!begun || !box) return;
  box.value = begun;
  box.setSelectionRange(begun.length, begun.length);
}

const addressOf = (form) => form.getAttribute('action');
const controls = (form) =>
  [...form.elements].filter(
    ({ name, type }) => name && type !== 'hidden' && type !== 'submit' && type !== 'file',
  );
const keyOf = ({ name, type, value }) =>
  type === 'checkbox' || type === 'radio' ? `${name} ${value}` : name;
const saidIn = ({ type, checked, value }) => (type === 'checkbox' || type === 'radio' ? checked : value);
const valuesOf = (form) => new Map(controls(form).map((control) => [keyOf(control), saidIn(control)]));
const changedSince = (form, before) =>
  new Map([...valuesOf(form)].filter(([key, value]) => before?.has(key) && before.get(key) !== value));

function take(form, changed) {
  if (!changed) return;
  for (const control of controls(form)) {
    const value = changed.get(keyOf(control));
    if (value === undefined) continue;
    if (typeof value === 'boolean') control.checked = value;
    else control.value = value;
  }
}

/** Says how many scans wait, and what those in the head have found; nothing when there is nothing to say. */
function tell(fault = trouble) {
  trouble = fault;
  const place = notice();
  if (!place) return;
  const lines = [];
  const many = waiting.length;
  if (fault)
    lines.push(
      paragraph(
        many ? `${fault.text} ${many} ${many === 1 ? 'scan waits' : 'scans wait'}.` : fault.text,
        'app-scans__fault',
      ),
    );
  else if (many > 1) lines.push(paragraph(`${many} scans wait.`));
  if (fault?.isStopped) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'nhsuk-button nhsuk-button--secondary nhsuk-button--small';
    button.textContent = 'Try again';
    button.addEventListener('click', sendAgain);
    lines.push(button);
  }
  if (told.length > 1) {
    const list = document.createElement('ol');
    list.className = 'nhsuk-list';
    for (const { code, title, href } of told.slice(0, 8)) {
      const line = document.createElement('li');
      const what = document.createElement(href ? 'a' : 'span');
      if (href) what.href = href;
      what.textContent = href ? title.replace(/ – [^–]*$/, '') : `Nothing found for ${code}`;
      line.append(what);
      list.append(line);
    }
    lines.push(list);
  }
  place.hidden = !lines.length;
  place.replaceChildren(...lines);
}

function paragraph(text, name = '') {
  const element = document.createElement('p');
  element.className = name;
  element.textContent = text;
  return element;
}
