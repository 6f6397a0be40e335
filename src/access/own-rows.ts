import type { RouteOptions } from 'fastify';
import plugin from 'fastify-plugin';
import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import { type Asker, inTheNameOf, seeingAll } from '../shared/asker.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { each, maybe } from '../shared/statements.ts';
import { may } from './permissions.ts';

/** In which table is whatever an address names after such a segment, where a clinic or a supporter may change it. */
const tables: Record<string, string> = {
  referrals: 'referral',
  'follow-ups': 'follow_up',
  'follow-up-outcomes': 'follow_up_outcome',
  'drop-ins': 'drop_in',
  'drop-in-people': 'drop_in_person',
  'drop-in-visitors': 'drop_in_visitor',
  handouts: 'handout',
  stories: 'story',
  sessions: 'session',
  factors: 'factor',
  views: 'saved_view',
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The table of the row that a change is about, where who may ask for it sees only their own. */
    about?: string;
  }
}

/**
 * Requests of clinics’ keys and of supporters read as roles of the database that show them their own and nothing else,
 * see `inTheNameOf`. The row that a change is about is looked for as such before its command begins, since commands
 * see everything. Comes after authentication.
 */
export const ownRows = plugin<{ deps: Deps }>(async (app, { deps }) => {
  app.addHook('onRoute', (route) => {
    const about = tableOf(route);
    if (about) route.config = { ...route.config, about };
  });

  app.addHook('preHandler', (request, _reply, done) => {
    const asker = request.ctx && askerOf(request.ctx.actor);
    if (asker) inTheNameOf(asker, done);
    else seeingAll(done);
  });

  app.addHook('preHandler', async ({ ctx, routeOptions, params }) => {
    const { about } = routeOptions.config;
    if (!about || !ctx || !askerOf(ctx.actor)) return;
    const { id } = params as { id: string };
    const row = await maybe(deps.db, each('own-rows.about'), {})`
      select from ${sql.table(about)} where id = ${id}`;
    if (!row) throw new Problem('not-found');
  });
});

/** In whose name their requests read; undefined for whoever may see what is everyone's. */
function askerOf({ role, id, clinicId }: Actor): Asker | undefined {
  if (role === 'clinic') return { role: 'lendwell_clinic', id: clinicId ?? '' };
  if (role === 'supporter') return { role: 'lendwell_supporter', id: id ?? '' };
  return undefined;
}

/** @throws Error for a route by which a clinic or a supporter changes a row of which nobody says where it is */
function tableOf({ method, url, config }: RouteOptions): string | undefined {
  const { action } = config ?? {};
  const isRead = [method].flat().every((one) => ['GET', 'HEAD', 'OPTIONS'].includes(one));
  if (isRead || !url.includes(':') || !action || action === 'public') return undefined;
  if (!may({ role: 'clinic' }, action) && !may({ role: 'supporter' }, action)) return undefined;
  const [, segment = ''] = /([^/]+)\/:id(\/|$)/.exec(url) ?? [];
  const table = tables[segment];
  if (!table) throw new Error(`${url}: say in src/access/own-rows.ts what it is about`);
  return table;
}
