import { AxeBuilder } from '@axe-core/playwright';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { newDataKey } from '../../src/access/data-key.ts';
import { may } from '../../src/access/permissions.ts';
import { openSession } from '../../src/access/session.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { embeddedSettings } from '../../src/embedded/settings.ts';
import { events } from '../../src/events.ts';
import { followOn } from '../../src/follow-on.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { workIn } from '../../src/shared/work.ts';
import { openBrowser, overflows } from '../../test/helpers/browser.ts';
import { routesOf } from '../../test/helpers/routes.ts';
import { loadDemonstration } from '../demonstration/load.ts';

export type Visit = { role: StaffRole; asked: string; route: string; faults: string[] };

const roles: StaffRole[] = ['officer', 'manager', 'administrator', 'supporter', 'auditor'];
/** Of each kind of page so many are looked at, since records of one kind look different. */
const ofEachRoute = 2;
const widths = [1440, 360];
/** What is no page for eyes: files, what scripts read, and the way out. */
const noPage = /\.(csv|xlsx|pdf|svg|json)(\?|$)|^\/(api|docs|assets|health|metrics|sign-out)/;
/** Pages that a link of a message, of a form or of a mail leads to. */
const fromOutside = /^\/(a|answer|refer|password)\/:|^\/sign-in$/;
/** Pages that only a form leads to. */
const byForm =
  /^\/(loans\/take-over|donations\/import|bench\/:id|allocations\/:id\/release|patients\/:id\/exports\/:exportId)/;
/** Pages of what the demonstration has none of. */
const ofNothing = /^\/(loans\/:id\/missing-accessories|settings\/webhooks\/:id|scheme-logo\/:hash)$/;
/** Records with something that few have, which their lists lead to further down. */
const special = [
  `select '/loans/' || loan_id from loan_item where status = 'gifted' limit 1`,
  `select '/loans/' || id from loan where due_on is null and status = 'open' and patient_id is not null limit 1`,
  `select '/loans/' || loan_id from loan_accessory limit 1`,
  `select '/devices/' || device_id from allocation where status = 'held' limit 1`,
  `select '/devices/' || device_id from preparation_check where kind = 'sanitisation' and result = 'pass' limit 1`,
  `select '/settings/clinics/' || id from organisation where 'clinic' = any(roles) limit 1`,
];

/** Visits every page that links lead to, as each role, with the demonstration data of a new database. */
export async function visitAll({
  url,
  pictures,
}: {
  url: string;
  pictures: string;
}): Promise<{ visits: Visit[]; unreached: string[] }> {
  const config = readConfig({
    ...embeddedSettings,
    DATABASE_URL: url,
    SECRET: 'pictures are taken by nobody else but us',
    RATE_PER_MINUTE: '1000000',
    LOG_LEVEL: 'silent',
  });
  const db = createDatabase(url, 10, () => {});
  const deps = {
    config,
    db,
    clock: systemClock,
    log: createLogger('silent'),
    key: newDataKey(),
    events,
    followOn,
  };
  const closers: (() => Promise<unknown>)[] = [() => db.destroy()];
  try {
    const { staff } = await loadDemonstration(deps);
    const { built: app, routes } = await routesOf(() => buildApp(deps));
    closers.push(() => app.close());
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const pages = routes
      .filter(({ method, route }) => method === 'GET' && !noPage.test(route.url) && !route.url.includes('*'))
      .map(({ route }) => route.url);
    const visits: Visit[] = [];
    const startsOf = async (role: StaffRole) => {
      if (!may({ role }, 'loans.read')) return [];
      const found = await Promise.all(
        special.map((query) => sql.raw<Record<string, string>>(query).execute(db)),
      );
      return found.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row)));
    };
    for (const role of roles) {
      const { email } = staff.find((person) => person.role === role)!;
      const { id } = await db
        .selectFrom('staff')
        .select('id')
        .where('email', '=', email)
        .executeTakeFirstOrThrow();
      const ctx = systemContext('gallery');
      const token = await db.transaction().execute((trx) => openSession(workIn(trx, deps, ctx), id));
      const page = await openBrowser(
        { teardown: (work: () => Promise<unknown>) => closers.push(work), strictSame: () => true } as never,
        { baseURL },
      );
      await page.context().addCookies([{ name: 'lendwell-session', value: token, url: baseURL }]);
      visits.push(...(await visitAs(role, page, pages, pictures, await startsOf(role))));
    }
    const reached = new Set(visits.map(({ route }) => route));
    const unreached = pages.filter(
      (route) => !reached.has(route) && ![fromOutside, byForm, ofNothing].some((known) => known.test(route)),
    );
    return { visits, unreached };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function visitAs(
  role: StaffRole,
  page: Page,
  routes: string[],
  pictures: string,
  starts: string[],
): Promise<Visit[]> {
  const complaints: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const visits: Visit[] = [];
  const waiting = ['/', ...starts];
  const known = new Set(waiting);
  for (let asked = waiting.shift(); asked; asked = waiting.shift()) {
    const route = routeOf(asked, routes);
    const seen = visits.filter((visit) => visit.route === route).length;
    if (!route || (seen >= ofEachRoute && !starts.includes(asked))) continue;
    await page.setViewportSize({ width: widths[0]!, height: 900 });
    const reply = await page.goto(asked);
    const faults = reply && reply.status() >= 400 ? [`answers ${reply.status()}`] : [];
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    faults.push(...violations.map(({ help, nodes }) => `${help} (${nodes[0]?.target.join(' ')})`));
    await page.emulateMedia({ colorScheme: 'dark' });
    const byNight = await new AxeBuilder({ page }).withRules('color-contrast').analyze();
    faults.push(
      ...byNight.violations.map(({ nodes }) => `cannot be read by night (${nodes[0]?.target.join(' ')})`),
    );
    await page.screenshot({
      path: `${pictures}/${role}${route.replaceAll(/[^\w]+/g, '-')}${seen + 1}-dark.png`,
    });
    await page.emulateMedia({ colorScheme: null });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await overflows(page);
      if (wide) faults.push(`is wider than ${width} pixels: ${wide}`);
      const name = `${role}${route.replaceAll(/[^\w]+/g, '-')}${seen + 1}-${width}.png`;
      await page.screenshot({ path: `${pictures}/${name}`, fullPage: true });
    }
    faults.push(...complaints.splice(0).map((complaint) => `the console says ${complaint}`));
    visits.push({ role, asked, route, faults });
    const links = await page.$$eval('a[href^="/"]', (found) =>
      found.map((link) => link.getAttribute('href')!),
    );
    for (const link of links.map((href) => href.split('#')[0]!))
      if (link && !noPage.test(link) && !known.has(link)) {
        known.add(link);
        waiting.push(link);
      }
  }
  return visits;
}

/** The route that an address is of: the one with most words of its own. */
function routeOf(address: string, routes: string[]): string | undefined {
  const parts = address.split('?')[0]!.split('/');
  const fits = routes.filter((route) => {
    const own = route.split('/');
    return (
      own.length === parts.length && own.every((part, place) => part.startsWith(':') || part === parts[place])
    );
  });
  return fits.toSorted((one, other) => one.split(':').length - other.split(':').length)[0];
}
