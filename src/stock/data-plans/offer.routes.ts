import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
import { addOffer, retireOffer } from './offer.commands.ts';
import { listOffers } from './offer.queries.ts';
import { NewOffer, Offer, OfferList, OfferQuery } from './offer.schemas.ts';

const tags = ['Data plans'];

/** /data-offers: what networks give, to choose from when a SIM is recorded. */
export function offerRoutes(app: App, deps: Deps): void {
  reads(app, '/data-offers', {
    action: 'settings.read',
    operationId: 'listDataOffers',
    summary: 'What networks give: allowance and months',
    tags,
    querystring: OfferQuery,
    gives: OfferList,
    call: async ({ query }) => ({ items: await listOffers(deps.db, query) }),
  });

  creates(app, '/data-offers', {
    action: 'settings.change',
    operationId: 'addDataOffer',
    summary: 'Add what a network gives to the choices',
    tags,
    body: NewOffer,
    gives: Offer,
    problems: ['invalid', 'conflict'],
    call: ({ ctx, body }) => addOffer(deps, ctx, body),
  });

  creates(app, '/data-offers/:id/retirements', {
    action: 'settings.change',
    operationId: 'retireDataOffer',
    summary: 'Take an offer out of the choices; plans recorded with it stay as they are',
    tags,
    params: idParams,
    gives: Offer,
    problems: ['not-found'],
    call: ({ ctx, params }) => retireOffer(deps, ctx, params.id),
  });
}
