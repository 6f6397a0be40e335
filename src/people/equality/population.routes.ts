import { listBody } from '../../shared/body-limits.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../../shared/http.ts';
import { reads } from '../../shared/routes.ts';
import { bringAreaLookup, removeAreaLookup } from './area.commands.ts';
import { areaTag, getAreaLookup } from './area.queries.ts';
import { AreaLookup, NewAreaLookup } from './area.schemas.ts';
import { removePopulation, sayPopulation } from './population.commands.ts';
import { getPopulation, listPopulation, populationTag } from './population.queries.ts';
import { NewPopulation, Population, PopulationList, populationParams } from './population.schemas.ts';

const tags = ['The scheme'];
const ofVersions = ['if-match-required', 'changed-meanwhile'] as const;
const change = { config: { action: 'settings.change' } } as const;

/** /population and /area-lookup: what the scheme brings to see whether it reaches whom it is for. */
export function populationRoutes(app: App, deps: Deps): void {
  reads(app, '/population', {
    action: 'settings.read',
    operationId: 'listPopulation',
    summary: 'How the population is made up that the scheme is for, by question',
    tags,
    gives: PopulationList,
    call: async () => ({ items: await listPopulation(deps.db) }),
  });

  reads(app, '/population/:question', {
    action: 'settings.read',
    operationId: 'getPopulation',
    summary: 'The same by one question, with its groups',
    tags,
    params: populationParams,
    gives: Population,
    problems: ['not-found'],
    call: ({ params }) => getPopulation(deps.db, params.question),
    etag: populationTag,
  });

  const one = { tags, params: populationParams, headers: ifMatch };
  app.put(
    '/population/:question',
    {
      ...change,
      schema: {
        operationId: 'sayPopulation',
        summary: 'Say how the population is made up by a question, in the place of what was said before',
        ...one,
        body: NewPopulation,
        response: { 200: Population, ...problemReplies('not-found', 'invalid', ...ofVersions) },
      },
    },
    async ({ ctx, params, body }, reply) => {
      const population = await sayPopulation(deps, ctx, params.question, body);
      return reply.header('etag', populationTag(population)).send(population);
    },
  );

  app.delete(
    '/population/:question',
    {
      ...change,
      schema: {
        operationId: 'removePopulation',
        summary: 'Remove what is said of the population by a question',
        ...one,
        response: { 200: Population, ...problemReplies('not-found', ...ofVersions) },
      },
    },
    async ({ ctx, params }, reply) => {
      const population = await removePopulation(deps, ctx, params.question);
      return reply.header('etag', populationTag(population)).send(population);
    },
  );

  reads(app, '/area-lookup', {
    action: 'settings.read',
    operationId: 'getAreaLookup',
    summary: 'The lookup of areas that the scheme brought',
    tags,
    gives: AreaLookup,
    call: () => getAreaLookup(deps.db),
    etag: areaTag,
  });

  app.put(
    '/area-lookup',
    {
      ...change,
      bodyLimit: listBody,
      schema: {
        operationId: 'bringAreaLookup',
        summary: 'Bring a lookup of areas, in the place of the one before',
        description: 'Lendwell has none of its own. What people said earlier keeps the band that it had.',
        tags,
        headers: ifMatch,
        body: NewAreaLookup,
        response: { 200: AreaLookup, ...problemReplies('invalid', ...ofVersions) },
      },
    },
    async ({ ctx, body }, reply) => {
      const lookup = await bringAreaLookup(deps, ctx, body);
      return reply.header('etag', areaTag(lookup)).send(lookup);
    },
  );

  app.delete(
    '/area-lookup',
    {
      ...change,
      schema: {
        operationId: 'removeAreaLookup',
        summary: 'Remove the lookup of areas',
        tags,
        headers: ifMatch,
        response: { 200: AreaLookup, ...problemReplies(...ofVersions) },
      },
    },
    async ({ ctx }, reply) => {
      const lookup = await removeAreaLookup(deps, ctx);
      return reply.header('etag', areaTag(lookup)).send(lookup);
    },
  );
}
