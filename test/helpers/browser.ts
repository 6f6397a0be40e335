import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

type BrowserOptions = { baseURL: string; width?: number; scripts?: boolean; more?: string[] };
type Checks = Pick<Test, 'teardown' | 'strictSame'>;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long a page waits for what is to be shown, in milliseconds: a busy machine takes its time. */
const patience = 90_000;

/**
 * Debian's Chromium with a fresh profile, closed when the test ends. Opens pages at
 * `width` pixels, with scripts or without. `more` are flags of Chromium's own.
 */
export async function openBrowser(
  t: Checks,
  { baseURL, width = 1280, scripts = true, more = [] }: BrowserOptions,
): Promise<Page> {
  const profile = await mkdtemp(path.join(tmpdir(), 'lendwell-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
    args: [...flags, ...more],
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    viewport: { width, height: 900 },
    javaScriptEnabled: scripts,
  });
  context.setDefaultTimeout(patience);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  consoles.set(page, complaints);
  // Chromium calls every 4xx page a console error; those are looked at by what they show.
  page.on('console', (line) => {
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
      complaints.push(line.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  t.teardown(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });
  return page;
}

/** Waits until a page is loaded and what asks for the focus has it, which a busy browser gives some time after the load. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState();
  await page.locator('body:not(:has([autofocus])), :focus').first().waitFor({ state: 'attached' });
}

/** Does what leads to another page, and waits until that is there: one that is loaded, or that takes the place of this one. */
export async function thenLoaded(page: Page, act: () => Promise<unknown>): Promise<void> {
  const isMarked = await page.evaluate(
    `document.querySelector('main')?.setAttribute('data-left', '') === undefined`,
  );
  const loaded = isMarked ? undefined : page.waitForEvent('load');
  await act();
  await (loaded ?? page.locator('main:not([data-left])').waitFor());
  await settled(page);
}

/** The keys of a scanner, faster than anyone types: none waits for the one before. */
export const scanKeys = (page: Page, code: string) =>
  Promise.all([...code, 'Enter'].map((key) => page.keyboard.press(key)));

/** What pages wrote to their console as errors: a script that broke, or something that the security policy refused. */
const consoles = new WeakMap<Page, string[]>();

/** axe as a page gets it: once and the small one, where the builder of its package brings the large one twice. */
const axe = readFileSync(
  createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
);
const axeOptions = {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/** Holds a page to WCAG 2.2 AA as far as axe can tell, and to a quiet console. */
export async function axeClean(t: Checks, page: Page, name: string): Promise<void> {
  await page.evaluate(axe);
  t.strictSame(await violations(page, axeOptions), [], `${name} is clean by axe`);
  await page.emulateMedia({ colorScheme: 'dark' });
  const byNight = { runOnly: ['color-contrast'], resultTypes: ['violations'] };
  t.strictSame(await violations(page, byNight), [], `${name} can be read where pages are dark`);
  await page.emulateMedia({ colorScheme: null });
  t.strictSame(consoles.get(page)?.splice(0), [], `${name} leaves the console quiet`);
}

/** What axe, which is in the page, finds wrong with it. */
async function violations(page: Page, options: object) {
  // What is well stays in the page: it is a hundred times what is wrong.
  return page.locator('html').evaluate(async (html, options) => {
    const { violations } = await html.ownerDocument.defaultView.axe.run(options);
    return violations.map(({ id, help, nodes }: Violation) => ({
      id,
      help,
      where: nodes.map((node) => node.target.join(' ')),
    }));
  }, options);
}

type Violation = { id: string; help: string; nodes: { target: string[] }[] };

/** The fonts that pages are measured in: a narrow and a wide one, since nobody knows which a machine has in place of Arial. */
const fonts = ['Liberation Sans Narrow', 'DejaVu Sans'];

/**
 * What stays wider than the window in one of `fonts`, so that one would have to scroll sideways; empty when nothing does.
 * The menu folds a moment after the window has changed.
 * @throws where a font is not installed
 */
export async function overflows(page: Page): Promise<string> {
  await page.waitForLoadState();
  await assertFonts(page);
  const wide = await widest(page, [...fonts, '']);
  for (const [place, font] of fonts.entries()) {
    if (!wide[place]) continue;
    let found = (await widest(page, [font]))[0];
    for (let times = 0; found && times < 20; times++) {
      await page.waitForTimeout(100);
      found = (await widest(page, [null]))[0];
    }
    await widest(page, ['']);
    if (found) return `${found}, in ${font}`;
  }
  return '';
}

/**
 * How wide a page is in each of `worn` where it is wider than the window, with the innermost elements that end beyond it.
 * The last font stays: one by its name, the page's own for an empty one, and null leaves what is there. The menu folds anew
 * with a font, as when a page opens in it. A sheet made by script is not held back by the security policy.
 */
const widest = (page: Page, worn: (string | null)[]): Promise<string[]> =>
  page.locator('html').evaluate((html, worn) => {
    const { defaultView, adoptedStyleSheets: own } = html.ownerDocument;
    const sheet = own[0] ?? new defaultView.CSSStyleSheet();
    html.ownerDocument.adoptedStyleSheets = [sheet];
    return worn.map((font) => {
      if (font !== null) {
        sheet.replaceSync(font ? `* { font-family: "${font}" !important }` : '');
        defaultView.dispatchEvent(new defaultView.Event('resize'));
      }
      if (html.scrollWidth <= html.clientWidth) return '';
      const beyond = [...html.querySelectorAll('body *')].filter(
        (one) => one.getBoundingClientRect().right > html.clientWidth,
      );
      const names = beyond
        .filter((one) => !beyond.some((other) => other !== one && one.contains(other)))
        .map((one) => `${one.localName}.${one.className} to ${one.getBoundingClientRect().right}`);
      return `${html.scrollWidth} of ${html.clientWidth} pixels: ${names.slice(0, 3).join(', ')}`;
    });
  }, worn);

/** Pages whose browser is known to have the fonts. */
const hasFonts = new WeakSet<Page>();

/** A font that is missing shows as the same as any other that is. */
async function assertFonts(page: Page): Promise<void> {
  if (hasFonts.has(page)) return;
  const widths = await page.locator('html').evaluate(
    (html, names) => {
      const pen = html.ownerDocument.createElement('canvas').getContext('2d');
      return names.map((name) => {
        pen.font = `40px "${name}", monospace`;
        return pen.measureText('as wide as this').width;
      });
    },
    ['no such font', ...fonts],
  );
  if (new Set(widths).size < widths.length)
    throw new Error(`Pages are measured in ${fonts.join(' and ')}. Please install them.`);
  hasFonts.add(page);
}
