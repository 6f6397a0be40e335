import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Test } from 'tap';
import { thenLoaded } from './browser.ts';

/** What a journey takes: presses of keys and buttons beside what is typed or scanned, and pages to wait for. */
export type Taken = { presses: number; loads: number };

/** Someone's hands on a page, which count what they press and what they wait for. */
export function handsOn(page: Page) {
  const taken: Taken = { presses: 0, loads: 0 };
  page.on('load', () => taken.loads++);
  const hands = {
    taken,
    /** One press of a mouse, a finger or a key that stays on the page. */
    async press(target: Locator): Promise<void> {
      taken.presses++;
      await target.click();
    },
    /** One press that leads to another page, or to the same one anew. */
    async go(target: Locator): Promise<void> {
      taken.presses++;
      await thenLoaded(page, () => target.click());
    },
    /** A key that stays on the page. */
    async key(key: string): Promise<void> {
      taken.presses++;
      await page.keyboard.press(key);
    },
    /** A key that sends what is typed. */
    async send(): Promise<void> {
      taken.presses++;
      await thenLoaded(page, () => page.keyboard.press('Enter'));
    },
    /** Typing into a field: a press to get there, unless it has the focus already; the letters do not count. */
    async type(field: Locator, text: string): Promise<void> {
      const isThere = await field.evaluate((element) => element.matches(':focus'));
      if (!isThere) await hands.press(field);
      await field.fill(text);
    },
    /** A choice from a select: a press to open it, and one to choose. */
    async choose(field: Locator, option: string | { label: string }): Promise<void> {
      taken.presses += 2;
      await field.selectOption(option);
    },
  };
  return hands;
}

/**
 * Holds a journey to what it takes now, by `test/fixtures/journeys/<name>.json`, which also has what it took before its
 * pages were made calm, counted by the same hands from the same beginning.
 */
export function holdJourney(t: Pick<Test, 'comment' | 'ok'>, name: string, taken: Taken): void {
  const file = path.join(import.meta.dirname, '../fixtures/journeys', `${name}.json`);
  const { before, now } = JSON.parse(readFileSync(file, 'utf8')) as { before: Taken; now: Taken };
  const said = (one: Taken) => `${one.presses} presses and ${one.loads} pages`;
  t.comment(`${name}: ${said(taken)}, before ${said(before)}`);
  t.ok(taken.presses <= now.presses && taken.loads <= now.loads, `${name} takes ${said(now)} at most`);
}
