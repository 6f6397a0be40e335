import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { listFile } from '../../web/list-file.ts';
import { countRepairs, listRepairs } from './repair.queries.ts';
import { RepairQuery } from './repair.schemas.ts';

/** /repairs: what is in repair, and what is overdue back. */
export function repairPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'repairs',
    query: RepairQuery,
    list: (query) => listRepairs(deps.db, deps.clock, query),
    count: ({ late }) => countRepairs(deps.db, deps.clock, late),
    columns: {
      Device: ({ assetTag }) => assetTag,
      Type: ({ kind }) => kind,
      Make: ({ make }) => make,
      Model: ({ model }) => model,
      Repairer: ({ location }) => location?.name ?? null,
      Sent: ({ sentOn }) => sentOn,
      'Expected back': ({ expectedBackOn }) => expectedBackOn,
      Overdue: ({ late }) => late,
    },
    dates: ['Sent', 'Expected back'],
  });

  app.get(
    '/repairs',
    { config: { action: 'devices.read' }, schema: { querystring: RepairQuery } },
    async (request, reply) => {
      const { late, after } = request.query;
      const [list, count] = await Promise.all([
        listRepairs(deps.db, deps.clock, request.query),
        countRepairs(deps.db, deps.clock, late),
      ]);
      return reply.page('stock/devices/views/repairs.njk', {
        ...list,
        count,
        after,
        filters: late ? { late: 'true' } : {},
        query: late ? 'late=true' : '',
      });
    },
  );
}
