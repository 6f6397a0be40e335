import type { Page } from 'playwright-core';
import type { Test } from 'tap';

/** What a screen reader would say of a page, as the browser gives it: roles and names, indented by what is within what. */
export const heard = (page: Page): Promise<string> => page.locator('body').ariaSnapshot();

/**
 * Holds a page to what someone goes by who hears it: one heading of the first level within the main part, landmarks, a
 * title of its own, links that say the same only where they lead to the same, and tables whose rows have names.
 */
export async function holdHeard(t: Test, page: Page, name: string): Promise<void> {
  const said = await heard(page);
  const count = (what: RegExp) => (said.match(what) ?? []).length;
  t.equal(count(/^\s*- '?heading .*\[level=1\]/gm), 1, `${name}: one heading of the first level`);
  for (const landmark of ['banner', 'main', 'contentinfo'])
    t.ok(new RegExp(`^\\s*- ${landmark}\\b`, 'm').test(said), `${name} has its ${landmark}`);
  t.notMatch(
    said,
    /^\s*- (link|button|textbox|combobox|checkbox|radio|img)(:|\s*$|\s+\[)/m,
    `${name}: all is named`,
  );
  t.match(await page.title(), /\S+ – \S+/, `${name} has a title`);
  t.same(await linksAlike(page), [], `${name}: links that say the same lead to the same`);
  t.same(await rowsUnnamed(page), [], `${name}: each row of a list is named`);
}

/** Links of the main part that say the same and lead elsewhere. */
async function linksAlike(page: Page): Promise<string[]> {
  const links = await page
    .locator('main a[href]')
    .evaluateAll((all) =>
      all.map((link) => [
        link.getAttribute('aria-label') ?? link.textContent ?? '',
        link.getAttribute('href') ?? '',
      ]),
    );
  const places = new Map<string, Set<string>>();
  for (const [text = '', href = ''] of links) {
    const name = text.replaceAll(/\s+/g, ' ').trim();
    places.set(name, (places.get(name) ?? new Set()).add(href));
  }
  return [...places].flatMap(([name, hrefs]) => (hrefs.size > 1 ? `${name}: ${[...hrefs].join(' ')}` : []));
}

/** Lists with a row that no cell names. */
const rowsUnnamed = (page: Page): Promise<string[]> =>
  page
    .locator('main table.app-list')
    .evaluateAll((tables) =>
      tables.flatMap((table) =>
        [...table.querySelectorAll('tbody tr')].some((row) => !row.querySelector('th[scope="row"]'))
          ? [table.querySelector('caption')?.textContent?.trim() ?? 'a table without a caption']
          : [],
      ),
    );
