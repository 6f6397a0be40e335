import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies } from '../../shared/http.ts';
import { addOffer, retireOffer } from './offer.commands.ts';
import { listOffers } from './offer.queries.ts';
import { NewOffer, Offer, OfferList, OfferQuery } from './offer.schemas.ts';

const tags = ['Data plans'];

/** /data-offers: what networks give, to choose from when a SIM is recorded. */
export function offerRoutes(app: App, deps: Deps): void {
  app.get(
    '/data-offers',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'listDataOffers',
        summary: 'What networks give: allowance and months',
        tags,
        querystring: OfferQuery,
        response: { 200: OfferList },
      },
    },
    async (request) => ({ items: await listOffers(deps.db, request.query) }),
  );

  app.post(
    '/data-offers',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'addDataOffer',
        summary: 'Add what a network gives to the choices',
        tags,
        body: NewOffer,
        response: { 201: Offer, ...problemReplies('invalid', 'conflict') },
      },
    },
    async (request, reply) => reply.code(201).send(await addOffer(deps, request.ctx, request.body)),
  );

  app.post(
    '/data-offers/:id/retirements',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'retireDataOffer',
        summary: 'Take an offer out of the choices; plans recorded with it stay as they are',
        tags,
        params: idParams,
        response: { 201: Offer, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => reply.code(201).send(await retireOffer(deps, request.ctx, request.params.id)),
  );
}
