import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { Problem } from '../../shared/problem.ts';
import { getCertificates } from './check.queries.ts';

const Query = Type.Object(
  { check: Type.Optional(Type.String({ format: 'uuid' })) },
  { additionalProperties: false },
);

/** /devices/:id/certificate: that its storage was erased, on paper; the newest, or the one asked for. */
export function certificatePages(app: App, deps: Deps): void {
  app.get(
    '/devices/:id/certificate',
    { config: { action: 'devices.read' }, schema: { params: idParams, querystring: Query } },
    async (request, reply) => {
      const { device, passed } = await getCertificates(deps.db, request.params.id);
      const asked = request.query.check;
      const shown = asked ? passed.find(({ id }) => id === asked) : passed[0];
      if (asked && !shown) throw new Problem('not-found');
      return reply.page('stock/devices/views/certificate.njk', {
        device,
        shown,
        others: passed.filter((one) => one !== shown),
      });
    },
  );
}
