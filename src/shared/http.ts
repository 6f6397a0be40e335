import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawServerDefault,
  RouteOptions,
} from 'fastify';
import plugin from 'fastify-plugin';
import Type, { type TProperties } from 'typebox';
import type { Context } from './actor.ts';
import { bringsList, listBody, refusalOf, smallBody, unstorable } from './body-limits.ts';
import { fingerprint } from './command.ts';
import type { Deps } from './deps.ts';
import { Problem, type ProblemType, problems, toProblem } from './problem.ts';
import { allAsSeen } from './seen.ts';
import { coercing, fieldErrors, strict } from './validation.ts';

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler runs, except on public routes without a session. */
    ctx: Context;
    /** What it was refused with, once it was. */
    refusedWith: ProblemType | null;
    /** What its answer is made of, from which is told whom it names; set once there is one. */
    shown: unknown;
  }
  interface FastifyContextConfig {
    /** A POST that is refused without an Idempotency-Key. */
    onceRequired?: 'clinic';
  }
  interface FastifyInstance {
    /** How the admin pages show a refusal; absent where there are no pages. */
    pageForProblem?(
      request: FastifyRequest,
      reply: FastifyReply,
      problem: Problem,
    ): FastifyReply | Promise<FastifyReply>;
  }
}

/** A JSON body or part of one: unknown fields are refused by name. */
export function strictObject<T extends TProperties>(properties: T, options: object = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** The header by which a change says which version it is for; `requireMatch` holds it to that. */
export const ifMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 1000, description: 'The ETag of the version that the change is for' }),
  ),
});

export const idParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Id of the thing' }) });

const problemBody = {
  $id: 'Problem',
  type: 'object',
  description: 'RFC 9457 problem details; a type may add members, such as ids in the way.',
  required: ['type', 'title', 'status', 'requestId'],
  properties: {
    type: { type: 'string', description: '/problems/ and the name of the problem' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What would make it succeed' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, message: { type: 'string' } } },
    },
  },
} as const;

/** The replies of a route that refuses with these problems, for its schema: grouped by status. */
export function problemReplies(...types: ProblemType[]): Record<number, object> {
  const byStatus = Map.groupBy(new Set(types), (type) => problems[type][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => {
      const description = group.map((type) => `\`${type}\`: ${problems[type][1]}`).join('. ');
      const examples = Object.fromEntries(
        group.map((type) => [
          type,
          {
            value: {
              type: `/problems/${type}`,
              title: problems[type][1],
              status,
              requestId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
            },
          },
        ]),
      );
      return [
        status,
        { description, content: { 'application/problem+json': { schema: { $ref: 'Problem#' }, examples } } },
      ];
    }),
  );
}

const everywhere: ProblemType[] = [
  'bad-request',
  'bad-query',
  'not-signed-in',
  'not-allowed',
  'too-many-requests',
  'not-ready',
  'busy',
];
const everyChange: ProblemType[] = ['patient-erased', 'unsupported-media-type', 'too-large'];
const everyPost: ProblemType[] = ['idempotency-key-in-use', 'idempotency-key-reused', ...everyChange];
const alsoBy: Record<string, ProblemType[]> = {
  POST: everyPost,
  PATCH: everyChange,
  PUT: everyChange,
  DELETE: everyChange,
};

/** Validation, refusals and idempotency keys for every route. */
export const http = plugin(async (app: FastifyInstance, { deps }: { deps: Deps }) => {
  app.decorateRequest('refusedWith', null);
  app.decorateRequest('shown', null);
  app.addSchema(problemBody);
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler<object>(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : coercing).compile(schema),
  );
  app.setSchemaErrorFormatter((errors, part) => {
    const found = fieldErrors(errors as Parameters<typeof fieldErrors>[0]);
    if (part === 'body') return refusalOf('invalid', found);
    if (part === 'params') return new Problem('not-found');
    return refusalOf(
      'bad-query',
      found.map(({ pointer, message }) => ({ pointer: pointer.replace(/^\//, ''), message })),
    );
  });

  app.addHook('onRoute', (route) => {
    if (!route.config?.action) throw new Error(`${String(route.method)} ${route.url} names no action`);
    route.bodyLimit ??= isLarge(route) ? listBody : smallBody;
    // A HEAD comes with its GET, and has the same schema.
    if (!route.url.startsWith('/api/') || !route.schema || route.schema.hide || route.method === 'HEAD')
      return;
    const documented = (route.schema.response ?? {}) as Record<
      string,
      { content?: Record<string, { examples: object }>; description?: string }
    >;
    const added = problemReplies(...everywhere, ...(alsoBy[String(route.method)] ?? []));
    for (const [status, reply] of Object.entries(added) as [string, (typeof documented)[string]][]) {
      const own = documented[status];
      if (!own?.content?.['application/problem+json']) documented[status] ??= reply;
      else {
        own.description = `${own.description}. ${reply.description}`;
        Object.assign(
          own.content['application/problem+json'].examples,
          reply.content?.['application/problem+json']?.examples,
        );
      }
    }
    route.schema.response = documented;
    if (route.method === 'POST') {
      route.schema.headers ??= Type.Object({
        'idempotency-key': Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 255,
            description: 'The same key gives the first answer again, for 7 days',
          }),
        ),
      });
    }
  });

  app.addHook('preValidation', async (request) => {
    const found = unstorable(request.body, request.routeOptions.schema?.body as object | undefined);
    if (found.length) throw refusalOf('invalid', found);
    if (unstorable(request.query).length)
      throw new Problem('bad-query', { detail: 'The address has characters that are not text.' });
    // A file comes as one text, whose cells are read one by one.
    if (typeof request.body !== 'string') request.body = allAsSeen(request.body);
    request.query = allAsSeen(request.query);
  });

  app.addHook('preHandler', async (request) => {
    if (request.method !== 'POST' || !request.ctx) return;
    const { once, body } = withoutHidden(request.body);
    const header = request.headers['idempotency-key'];
    const key = header ?? once;
    const { actor } = request.ctx;
    if (typeof key === 'string' && key.length > 0 && key.length <= 255) {
      request.ctx.once = {
        caller: `${actor.type}:${actor.id}`,
        key,
        fingerprint: fingerprint(deps.key, request.method, request.url, withFiles(body, request)),
        waits: header === undefined,
      };
    } else if (request.routeOptions.config.onceRequired === actor.role) {
      throw new Problem('idempotency-key-required', {
        detail: 'Send a new random Idempotency-Key for each referral, and the same one when you repeat it.',
      });
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    // Nearly everything is about people, or a secret that is shown once: only what says so itself is kept.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    if (request.ctx?.once?.replayed) reply.header('idempotent-replayed', 'true');
    return payload;
  });

  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    request.refusedWith = problem.type;
    if (problem.type === 'internal') request.log.error({ err: error }, 'request failed');
    else if (problem.status >= 500) request.log.warn({ err: error }, 'request refused for now');
    return answer(app, request, reply, problem);
  });
  app.setNotFoundHandler({ preHandler: [] }, (request, reply) =>
    answer(app, request, reply, new Problem('not-found')),
  );
});

/** Whether what a route takes may be long: a list by the API, or the form of a page for people who have signed in. */
const isLarge = ({ url, config, schema }: RouteOptions) =>
  url.startsWith('/api/') ? bringsList(schema?.body as object | undefined) : config?.action !== 'public';

/** Whether a browser goes to another page by this request, as it does with a form and not with a script (Fetch Metadata). */
export const navigates = ({ headers }: FastifyRequest) => headers['sec-fetch-mode'] === 'navigate';

/** A body without a form's hidden fields, which differ each time it is shown; and the key among them. */
function withoutHidden(body: unknown): { once?: unknown; body: unknown } {
  if (typeof body !== 'object' || body === null) return { body };
  const { _csrf, _once, ...rest } = body as Record<string, unknown>;
  return { once: _once, body: rest };
}

/** A body with what tells its files from others. */
function withFiles(body: unknown, { uploads }: FastifyRequest): unknown {
  if (!uploads.length) return body;
  return [body, ...uploads.map(({ bytes }) => createHash('sha256').update(bytes).digest('base64url'))];
}

function answer(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="Lendwell"');
  if (problem.status === 503) reply.header('retry-after', '2');
  if (app.pageForProblem && !request.url.startsWith('/api/'))
    return app.pageForProblem(request, reply, problem);
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(problemDetails(problem, request.id));
}

/** A refusal as RFC 9457 problem details, ready to send. */
export function problemDetails(problem: Problem, requestId: string): string {
  const { type, title, status, detail, errors, extra } = problem;
  return JSON.stringify({ ...extra, type: `/problems/${type}`, title, status, detail, requestId, errors });
}
