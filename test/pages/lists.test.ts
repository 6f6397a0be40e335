import type { Page } from 'playwright-core';
import t from 'tap';
import { loadDemonstration } from '../../scripts/demonstration/load.ts';
import { buildApp } from '../../src/app.ts';
import { testApp } from '../helpers/app.ts';
import { overflows, thenLoaded } from '../helpers/browser.ts';
import { signedInBrowser } from '../helpers/pages.ts';
import { routesOf } from '../helpers/routes.ts';

t.setTimeout(900_000);

const { app, as, deps } = await testApp(t);
await loadDemonstration(deps);
const { routes, built } = await routesOf(() => buildApp(deps));
t.teardown(() => built.close());
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** How many rows a list has, and how many stand whole on its first screen. */
const rowsSeen = (page: Page) =>
  page.evaluate(() => {
    const { document, innerHeight } = globalThis as unknown as {
      document: {
        querySelectorAll(of: string): Iterable<{ getBoundingClientRect(): { top: number; bottom: number } }>;
      };
      innerHeight: number;
    };
    const rows = [...document.querySelectorAll('.app-list tbody tr, .app-calls__one')].map((row) =>
      row.getBoundingClientRect(),
    );
    return { rows: rows.length, seen: rows.filter(({ bottom }) => bottom <= innerHeight + 1).length };
  });

t.test('every list shows its rows on the first screen, and nothing beside it', async (t) => {
  const { page } = await signedInBrowser(t, baseURL, as.manager);
  const pages = routes.flatMap(({ method, route: { url } }) =>
    method === 'GET' && !/[:*.]|^\/(api|docs|health|metrics|assets)/.test(url) ? [url] : [],
  );
  const lists: string[] = [];
  for (const [width, height, most] of [
    [1440, 900, 14],
    [360, 740, 5],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const url of width === 1440 ? pages : lists) {
      const reply = await page.goto(url).catch(() => null);
      if (!reply?.ok() || (await page.locator('.app-head ~ .app-filters').count()) === 0) continue;
      if (width === 1440) lists.push(url);
      const { rows, seen } = await rowsSeen(page);
      t.ok(seen >= Math.min(rows, most), `${url} at ${width}: ${seen} of ${rows} rows`);
      t.equal(await overflows(page), '', `${url} at ${width} fits`);
    }
  }
  t.comment(`${lists.length} lists: ${lists.join(' ')}`);
  t.ok(lists.length >= 14);
});

t.test('the keyboard is two stops from a list, and walks its rows', async (t) => {
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/loans');
  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  t.match(await page.locator(':focus').textContent(), 'Skip to the list');
  await page.keyboard.press('Enter');
  const names = await page.locator('.app-list tbody th a').allTextContents();
  const focused = () => page.locator(':focus').textContent();
  await page.keyboard.press('ArrowDown');
  t.equal(await focused(), names[0]);
  await page.keyboard.press('ArrowDown');
  t.equal(await focused(), names[1]);
  await page.keyboard.press('End');
  t.equal(await focused(), names.at(-1));
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  t.equal(await focused(), names[0], 'it stays at the first');
  await thenLoaded(page, () => page.keyboard.press('Enter'));
  t.match(page.url(), /\/loans\/[0-9a-f-]{36}$/, 'Enter opens the row');
});

t.test('a link back to a list leads to its filters and to the row one came from', async (t) => {
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/loans?status=open&sort=-due');
  const row = page.locator('.app-list tbody th a').nth(20);
  const name = await row.textContent();
  await thenLoaded(page, () => row.click());
  await thenLoaded(page, () =>
    page.getByRole('navigation', { name: 'Back' }).getByRole('link', { name: 'Loans' }).click(),
  );
  t.match(page.url(), /\/loans\?status=open&sort=-due$/);
  const last = page.locator('.app-list__last');
  t.match(await last.textContent(), name);
  const box = await last.boundingBox();
  t.ok(box && box.y >= 0 && box.y + box.height <= 900, 'it stands on the screen');
  const other = await signedInBrowser(t, baseURL, as.officer, { scripts: false });
  await other.page.goto('/loans?due=overdue');
  await other.page.locator('.app-list tbody th a').first().click();
  await other.page.getByRole('navigation', { name: 'Back' }).getByRole('link').click();
  t.match(other.page.url(), /\/loans\?due=overdue$/, 'without scripts too');
});

t.test('a column sorts the list either way, through all its pages', async (t) => {
  const days = async (query: string) => {
    const found: string[] = [];
    for (let after = ''; ; ) {
      const reply = await app.inject({ url: `/api/v1/loans?limit=2&${query}${after}`, headers: as.officer });
      const { items, next } = reply.json();
      found.push(...items.map(({ dueOn }: { dueOn: string | null }) => dueOn ?? '2199-12-31'));
      if (!next) return found;
      after = `&after=${next}`;
    }
  };
  const up = await days('sort=due');
  t.ok(up.length > 40);
  t.same(up, up.toSorted());
  t.same(await days('sort=-due'), up.toReversed());
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/loans?order=oldest');
  await thenLoaded(page, () => page.getByRole('link', { name: /^Due back/ }).click());
  t.match(page.url(), /\/loans\?sort=due$/);
  t.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending');
  await thenLoaded(page, () => page.getByRole('link', { name: /^Due back/ }).click());
  t.match(page.url(), /\/loans\?sort=-due$/);
});
