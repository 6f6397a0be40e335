import { gzipSync } from 'node:zlib';
import type { RouteOptions } from 'fastify';
import { Kysely } from 'kysely';
import { cookieName } from '../../src/access/authentication.ts';
import { newDataKey } from '../../src/access/data-key.ts';
import { type Action, may } from '../../src/access/permissions.ts';
import { openSession } from '../../src/access/session.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { events } from '../../src/events.ts';
import { followOn } from '../../src/follow-on.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { type Clock, systemClock } from '../../src/shared/clock.ts';
import { createPool, type DB } from '../../src/shared/database.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { createDialect } from '../../src/shared/dialect.ts';
import type { App } from '../../src/shared/http.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { workIn } from '../../src/shared/work.ts';
import { keepSheet, sheetNames } from '../../src/web/kept-sheet.ts';
import { routesOf } from '../../test/helpers/routes.ts';
import { createSamples } from './samples.ts';
import { createExplainer, listen, type Statement } from './statements.ts';

/** The most statements that a page or list may need. */
export const mostStatements = 10;
/** The most that a page may weigh when styles and scripts are there already, compressed. */
export const mostKilobytes = 30;

export type Figure = {
  /** The route's pattern, and the address without ids for what was asked of it. */
  route: string;
  asked: string;
  status: number;
  /** Median of the repeats, in milliseconds; 0 without repeats. */
  ms: number;
  statements: number;
  /** Large tables that were read from end to end, each with the statement. */
  scans: string[];
  /** Of a page, as it goes out compressed; 0 of anything else. */
  kilobytes: number;
};

type Options = { url: string; explain: boolean; repeats: number; clock?: Clock };

/**
 * Asks every page and every list and record of the API, as its routes are registered, for what a
 * database holds: each filter's values, the second page of a list, and a record of each status.
 * @returns the figures, and the routes for which no sample gives an answer
 */
export async function measure(options: Options): Promise<{ figures: Figure[]; unanswered: string[] }> {
  const { url, explain, repeats, clock = systemClock } = options;
  const config = readConfig({
    DATABASE_URL: url,
    SECRET: 'figures are asked for by nobody else but us',
    RATE_PER_MINUTE: '100000000',
    SESSION_IDLE_MINUTES: '600',
    LOG_LEVEL: 'silent',
  });
  const pool = createPool(url, config.DATABASE_POOL);
  pool.on('error', () => {});
  const ear = listen(pool);
  const db = new Kysely<DB>({ dialect: createDialect(pool) });
  const deps: Deps = { config, db, clock, log: createLogger('silent'), key: newDataKey(), events, followOn };
  const explainer = explain ? await createExplainer(url) : undefined;
  const { built: app, routes } = await routesOf(() => buildApp(deps));
  const samples = createSamples(db);
  const sessions = createSessions(deps);
  const figures: Figure[] = [];
  const unanswered: string[] = [];
  try {
    await app.ready();
    for (const { method, route } of routes) {
      const { action } = route.config ?? {};
      if (method !== 'GET' || !action || action === 'public' || route.url.includes('*')) continue;
      const headers = await sessions(action);
      if (!headers) continue;
      const found = await figuresOf(app, route, headers);
      if (!found.some(({ status }) => status < 400))
        unanswered.push(`${route.url} ${[...new Set(found.map(({ status }) => status))]}`);
      figures.push(...found);
    }
    return { figures, unanswered };
  } finally {
    await app.close();
    await explainer?.close();
    await db.destroy();
  }

  async function figuresOf(
    app: App,
    route: RouteOptions,
    headers: Record<string, string>,
  ): Promise<Figure[]> {
    const figures: Figure[] = [];
    const needed = await neededBy(route);
    for (const address of await samples.urls(route.url)) {
      const base = needed ? `${address}?${needed}` : address;
      const first = await ask(app, route, base, headers);
      figures.push(first.figure);
      if (first.figure.status !== 200 || address !== route.url) continue;
      const next = nextOf(first.body);
      const more = [...(next ? [`after=${next}`] : []), ...(await queriesOf(route))];
      for (const query of more) {
        const narrowed = `${base}${needed ? '&' : '?'}${query}`;
        figures.push((await ask(app, route, narrowed, headers)).figure);
      }
    }
    return figures;
  }

  async function ask(app: App, route: RouteOptions, address: string, headers: Record<string, string>) {
    const request = { url: address, headers };
    const { result: reply, statements } = await ear.during(() => app.inject(request));
    const isFile = /^(text\/csv|application\/vnd)/.test(String(reply.headers['content-type']));
    const isPage = String(reply.headers['content-type']).startsWith('text/html');
    const times: number[] = [];
    for (let turn = 0; turn < (isFile ? 1 : repeats); turn++) {
      const start = performance.now();
      await app.inject(request);
      times.push(performance.now() - start);
    }
    const figure: Figure = {
      route: route.url,
      asked: address.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').replace(/after=[^&]+/, 'after=…'),
      status: reply.statusCode,
      ms: times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0,
      // A file has all rows of a list and is read page by page.
      statements: isFile ? 0 : statements.length,
      scans: isFile ? [] : await scansOf(statements),
      // As it goes out to a browser; a report's charts are within. A sheet of labels is for the printer.
      kilobytes: isPage && route.url !== '/labels/print' ? gzipSync(reply.rawPayload).length / 1024 : 0,
    };
    return { figure, body: reply.body };
  }

  async function scansOf(statements: Statement[]): Promise<string[]> {
    const found: string[] = [];
    for (const statement of statements) {
      const tables = (await explainer?.scans(statement)) ?? [];
      if (tables.length) found.push(`${[...new Set(tables)].join(', ')}: ${labelOf(statement)}`);
    }
    return [...new Set(found)];
  }

  /** The filters without which a route does not answer, where they are ids. */
  async function neededBy(route: RouteOptions): Promise<string> {
    const { required = [] } = querySchema(route);
    const ids = required.filter((name) => name.endsWith('Id'));
    const pairs = ids.map(async (name) => `${name}=${(await samples.filterIds(name.slice(0, -2)))[0] ?? ''}`);
    return (await Promise.all(pairs)).join('&');
  }

  /** Each value of each filter, one at a time. */
  async function queriesOf(route: RouteOptions): Promise<string[]> {
    const { properties = {}, required = [] } = querySchema(route);
    const each = Object.entries(properties).map(async ([name, { enum: values, format }]) => {
      if (required.includes(name)) return [];
      const ids =
        format === 'uuid' && name.endsWith('Id')
          ? (await samples.filterIds(name.slice(0, -2))).slice(0, 1)
          : [];
      return [...(values ?? []), ...ids].map((value) => `${name}=${encodeURIComponent(value)}`);
    });
    return (await Promise.all(each)).flat();
  }
}

type QuerySchema = { properties?: Record<string, { enum?: string[]; format?: string }>; required?: string[] };
const querySchema = (route: RouteOptions) => (route.schema?.querystring ?? {}) as QuerySchema;

/** The cursor of the next page: of the API's reply, or of the link on a page. */
function nextOf(body: string): string | undefined {
  if (!body.startsWith('{')) return /[?&;]after=([\w%.-]+)"/.exec(body)?.[1];
  const { next } = JSON.parse(body) as { next?: string };
  return next ?? undefined;
}

const labelOf = ({ text }: Statement) =>
  /^\s*\/\* ([\w.-]+) \*\//.exec(text)?.[1] ?? text.trim().replaceAll(/\s+/g, ' ').slice(0, 100);

/** Sessions of staff, one a role, for the first role that may do an action. */
function createSessions(deps: Deps) {
  const order: StaffRole[] = ['officer', 'manager', 'administrator', 'supporter', 'auditor'];
  const opened = new Map<StaffRole, Promise<Record<string, string>>>();
  const open = async (role: StaffRole) => {
    const ctx = systemContext('figures');
    const email = `figures-${role}@lendwell.example`;
    const known = await deps.db
      .selectFrom('staff')
      .select('id')
      .where('email', '=', email)
      .executeTakeFirst();
    const { id } = known ?? (await addStaff(deps, ctx, { name: `Figures ${role}`, email, role }));
    // A list is shown to nobody but whoever gave it.
    const said = { csv: 'Type,Make,Model\ntablet,Acme,One', sheetsNotRead: '', typed: {} };
    if (role === 'officer')
      for (const kind of sheetNames) await keepSheet(deps.db, deps, { staffId: id, kind, said });
    const token = await deps.db.transaction().execute((trx) => openSession(workIn(trx, deps, ctx), id));
    return { cookie: `${cookieName(deps.config, 'lendwell-session')}=${token}` };
  };
  return async (action: Action): Promise<Record<string, string> | undefined> => {
    const role = order.find((one) => may({ role: one }, action));
    if (!role) return undefined;
    if (!opened.has(role)) opened.set(role, open(role));
    return opened.get(role);
  };
}
