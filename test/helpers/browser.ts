import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

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

/**
 * Debian's Chromium with a fresh profile, closed when the test ends. Opens pages at
 * `width` pixels, with scripts or without.
 */
export async function openBrowser(
  t: Checks,
  { baseURL, width = 1280, scripts = true }: { baseURL: string; width?: number; scripts?: boolean },
): Promise<Page> {
  const profile = await mkdtemp(path.join(tmpdir(), 'lendwell-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
    args: flags,
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    viewport: { width, height: 900 },
    javaScriptEnabled: scripts,
  });
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

/** Does what leads to another page, and waits until that page is ready for the next key. */
export async function thenLoaded(page: Page, act: () => Promise<void>): Promise<void> {
  await settled(page);
  const loaded = page.waitForEvent('load');
  await act();
  await loaded;
  await settled(page);
}

/** What pages wrote to their console as errors: a script that broke, or something that the security policy refused. */
const consoles = new WeakMap<Page, string[]>();

/** Holds a page to WCAG 2.2 AA as far as axe can tell, and to a quiet console. */
export async function axeClean(t: Checks, page: Page, name: string): Promise<void> {
  // Without its way for frames, of which no page has any, axe needs no second page, and with violations alone not half the time.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.map((node) => node.target.join(' ')),
  }));
  t.strictSame(found, [], `${name} is clean by axe`);
  t.strictSame(consoles.get(page)?.splice(0), [], `${name} leaves the console quiet`);
}

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
  let found = '';
  for (const font of fonts) {
    await wear(page, font);
    let wide = await widest(page);
    for (let times = 0; wide && times < 20; times++) {
      await page.waitForTimeout(100);
      wide = await widest(page);
    }
    if (wide) found ||= `${wide}, in ${font}`;
  }
  await wear(page, '');
  return found;
}

/** Shows all of a page in a font, or in its own for an empty name. The menu folds anew, as when a page opens in it. A sheet made by script is not held back by the security policy. */
async function wear(page: Page, font: string): Promise<void> {
  await page.locator('html').evaluate((html, font) => {
    const { defaultView, adoptedStyleSheets: own } = html.ownerDocument;
    const sheet = own[0] ?? new defaultView.CSSStyleSheet();
    sheet.replaceSync(font ? `* { font-family: "${font}" !important }` : '');
    html.ownerDocument.adoptedStyleSheets = [sheet];
    defaultView.dispatchEvent(new defaultView.Event('resize'));
  }, font);
}

/** How wide a page is where it is wider than the window, with the innermost elements that end beyond it. */
const widest = (page: Page): Promise<string> =>
  page.locator('html').evaluate((html) => {
    if (html.scrollWidth <= html.clientWidth) return '';
    const beyond = [...html.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > html.clientWidth,
    );
    const names = beyond
      .filter((one) => !beyond.some((other) => other !== one && one.contains(other)))
      .map((one) => `${one.localName}.${one.className} to ${one.getBoundingClientRect().right}`);
    return `${html.scrollWidth} of ${html.clientWidth} pixels: ${names.slice(0, 3).join(', ')}`;
  });

/** A font that is missing shows as the same as any other that is. */
async function assertFonts(page: Page): Promise<void> {
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
}
