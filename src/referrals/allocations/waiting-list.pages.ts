import { civilDate, today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { withDates } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { listFile } from '../../web/list-file.ts';
import { waited } from '../referral.rules.ts';
import { waitingList } from './waiting-list.queries.ts';
import { WaitingQuery } from './waiting-list.schemas.ts';

/** /referrals/waiting: who waits for a device or data, in order, why, and what could be held for them. */
export function waitingListPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    path: '/referrals/waiting',
    name: 'waiting-list',
    query: WaitingQuery,
    list: (query) => waitingList(deps.db, query, today(deps.clock)),
    count: async (query) => (await waitingList(deps.db, { ...query, limit: 1 }, today(deps.clock))).total,
    columns: {
      Position: ({ place }) => place,
      Referral: ({ reference }) => reference,
      Urgency: ({ urgency }) => urgency,
      Clinic: ({ clinic }) => clinic.name,
      'Waits for': ({ waitsFor }) => waitsFor,
      'Waiting since': ({ waitingSince }) => civilDate(waitingSince),
      'Why it waits': ({ reasons }) => reasons.map(({ text }) => withDates(text)).join(' '),
      Held: ({ held }) => held.map(({ assetTag }) => assetTag).join(', '),
    },
    dates: ['Waiting since'],
  });

  app.get(
    '/referrals/waiting',
    { config: { action: 'waiting-list.read' }, schema: { querystring: WaitingQuery } },
    async (request, reply) => {
      const { inStock, after } = request.query;
      const day = today(deps.clock);
      const { items, next, total } = await waitingList(deps.db, request.query, day);
      return reply.page('referrals/views/waiting.njk', {
        items: items.map((row) => ({
          ...row,
          waited: waited(row.waitingSince, day),
          reasons: row.reasons.map(({ reason, text }) => ({ reason, text: withDates(text) })),
        })),
        total,
        next,
        after,
        filters: { inStock: inStock ? 'true' : '' },
        query: inStock ? 'inStock=true' : '',
      });
    },
  );
}
