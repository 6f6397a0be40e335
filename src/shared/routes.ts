import type { FastifyContextConfig, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Static, TObject, TSchema } from 'typebox';
import { type App, ifMatch, problemReplies } from './http.ts';
import type { ListPage } from './lists.ts';
import type { ProblemType } from './problem.ts';

/** A request whose address and body were held to their schemas. */
export type Asked<Params = unknown, Query = unknown, Body = unknown> = FastifyRequest & {
  params: Params;
  query: Query;
  body: Body;
};
/** The schema of what a route does not have. */
export type Nothing = TObject<Record<never, never>>;

/** What is a route's own: who may call it, how OpenAPI describes it, and what it answers with. */
type Route<P extends TObject, Q extends TObject, B extends TSchema, G extends TSchema, Given> = {
  action: NonNullable<FastifyContextConfig['action']>;
  onceRequired?: FastifyContextConfig['onceRequired'];
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  /** Whether it is refused without the version that its author saw (If-Match), or with another than it has now. */
  versioned?: boolean;
  params?: P;
  querystring?: Q;
  body?: B;
  /** The schema of the answer. */
  gives: G;
  /** What it refuses with, beside what every route does. */
  problems?: readonly ProblemType[];
  call(request: Asked<Static<P>, Static<Q>, Static<B>>): Given | Promise<Given>;
  /** The version of what is given, for If-Match. */
  etag?(given: Given): string;
};

/** A GET of one thing (200). */
export function reads<
  G extends TSchema,
  Given extends Static<G>,
  P extends TObject = Nothing,
  Q extends TObject = Nothing,
>(app: App, path: string, route: Route<P, Q, Nothing, G, Given>): void {
  add(app, { method: 'GET', url: path }, route);
}

/** A GET of one page of a list (200), with a Link to the next when there is more. */
export function lists<
  G extends TSchema,
  Given extends Static<G> & ListPage<unknown>,
  P extends TObject = Nothing,
  Q extends TObject = Nothing,
>(app: App, path: string, route: Route<P, Q, Nothing, G, Given>): void {
  add(app, { method: 'GET', url: path }, route, (request, reply, { next }) =>
    linkToNext(request, reply, next),
  );
}

/** A POST that answers with what came of it (201); `location`: the path below /api/v1 where it is from now on. */
export function creates<
  G extends TSchema,
  Given extends Static<G>,
  P extends TObject = Nothing,
  Q extends TObject = Nothing,
  B extends TSchema = Nothing,
>(
  app: App,
  path: string,
  route: Route<P, Q, B, G, Given> & {
    location?(given: Given, request: Asked<Static<P>, Static<Q>, Static<B>>): string;
  },
): void {
  add(app, { method: 'POST', url: path }, route, (request, reply, given) => {
    if (route.location) reply.header('location', `/api/v1${route.location(given, request)}`);
  });
}

/** A PATCH that answers with the thing as it is then (200). */
export function changes<
  G extends TSchema,
  Given extends Static<G>,
  P extends TObject = Nothing,
  B extends TSchema = Nothing,
>(app: App, path: string, route: Route<P, Nothing, B, G, Given>): void {
  add(app, { method: 'PATCH', url: path }, route);
}

const ofVersions = ['if-match-required', 'changed-meanwhile'] as const;

/** What a request is answered with when nothing stands against it. */
const statusOf = { GET: 200, POST: 201, PATCH: 200 } as const;

function add<P extends TObject, Q extends TObject, B extends TSchema, G extends TSchema, Given>(
  app: App,
  { method, url }: { method: keyof typeof statusOf; url: string },
  route: Route<P, Q, B, G, Given>,
  point?: (request: Asked<Static<P>, Static<Q>, Static<B>>, reply: FastifyReply, given: Given) => void,
): void {
  const { action, onceRequired, gives, versioned, problems = [], call, etag, ...rest } = route;
  const { operationId, summary, description, tags, params, querystring, body } = rest;
  const headers = versioned ? ifMatch : undefined;
  const schema = { operationId, summary, description, tags, headers, params, querystring, body };
  const status = statusOf[method];
  const refusals = versioned ? [...problems, ...ofVersions] : problems;
  const response = { [status]: gives, ...problemReplies(...refusals) };
  app.route({
    method,
    url,
    config: { action, ...(onceRequired && { onceRequired }) },
    schema: { ...defined(schema), response } as FastifySchema,
    async handler(request, reply) {
      const asked = request as Asked<Static<P>, Static<Q>, Static<B>>;
      const answer = await call(asked);
      if (etag) reply.header('etag', etag(answer));
      point?.(asked, reply as FastifyReply, answer);
      return reply.code(status).send(answer);
    },
  });
}

function linkToNext({ url }: FastifyRequest, reply: FastifyReply, next: string | null): void {
  if (!next) return;
  const [path, query] = url.split('?');
  const following = new URLSearchParams(query);
  following.set('after', next);
  reply.header('link', `<${path}?${following}>; rel="next"`);
}

/** The parts of a schema that there are: Fastify warns of one that is named and not given. */
export const defined = (schema: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(schema).filter(([, part]) => part !== undefined));
