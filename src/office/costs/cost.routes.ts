import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, reads } from '../../shared/routes.ts';
import { addCost, changeBoughtNew, changeCost } from './cost.commands.ts';
import { boughtNewTag, costTag, getBoughtNew, getCost, listCosts } from './cost.queries.ts';
import { BoughtNew, BoughtNewChange, Cost, CostChange, CostList, NewCost } from './cost.schemas.ts';

const tags = ['Costs'];

/** /costs and /new-prices: what the scheme spends, and what its devices would cost new. */
export function costRoutes(app: App, deps: Deps): void {
  reads(app, '/costs', {
    action: 'settings.read',
    operationId: 'listCosts',
    summary: 'What the scheme spent, line by line, the latest half-year first',
    tags,
    gives: CostList,
    call: async () => ({ items: await listCosts(deps.db) }),
  });

  reads(app, '/costs/:id', {
    action: 'settings.read',
    operationId: 'getCost',
    summary: 'One line of what the scheme spent, with its ETag',
    tags,
    params: idParams,
    gives: Cost,
    problems: ['not-found'],
    call: ({ params }) => getCost(deps.db, params.id),
    etag: costTag,
  });

  creates(app, '/costs', {
    action: 'costs.change',
    operationId: 'addCost',
    summary: 'Write down what was spent on one thing in one half-year',
    tags,
    body: NewCost,
    gives: Cost,
    problems: ['invalid'],
    call: ({ ctx, body }) => addCost(deps, ctx, body),
    etag: costTag,
    location: ({ id }) => `/costs/${id}`,
  });

  changes(app, '/costs/:id', {
    action: 'costs.change',
    operationId: 'changeCost',
    summary: 'Put a line right, or take it out when it was written down by mistake',
    tags,
    params: idParams,
    versioned: true,
    body: CostChange,
    gives: Cost,
    problems: ['not-found', 'invalid'],
    call: ({ ctx, params, body }) => changeCost(deps, ctx, params.id, body),
    etag: costTag,
  });

  reads(app, '/new-prices', {
    action: 'settings.read',
    operationId: 'getNewPrices',
    summary: 'What a device of each kind would cost new, in pence, as the scheme says',
    tags,
    gives: BoughtNew,
    call: () => getBoughtNew(deps.db),
    etag: boughtNewTag,
  });

  changes(app, '/new-prices', {
    action: 'costs.change',
    operationId: 'changeNewPrices',
    summary: 'Say what a device of a kind would cost new',
    tags,
    versioned: true,
    body: BoughtNewChange,
    gives: BoughtNew,
    problems: ['invalid'],
    call: ({ ctx, body }) => changeBoughtNew(deps, ctx, body),
    etag: boughtNewTag,
  });
}
