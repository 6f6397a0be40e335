import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { formCookie, isApi } from '../access/authentication.ts';
import { keyedHash } from '../access/tokens.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { navigates } from '../shared/http.ts';
import { isId, newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { seal, unseal } from '../shared/seal.ts';
import { maybe, run } from '../shared/statements.ts';

// A browser can load the answer to a form again only by sending the form again, which it asks about or refuses
// when someone goes back to it. So such a page is kept for a while, and the browser is led to where it is.

type KeptPage = { status: number; html: string };

/** How long such a page is kept, and how large it may be. */
export const pageKeptFor = '1 hour';
const mostKept = 1_000_000;

/** Shows what a form was answered with, where it was sent to, as often as its browser comes back to it. Comes after authentication. */
export const keptPages = plugin<{ deps: Deps }>(async (app, { deps }) => {
  app.addHook('onRequest', async (request, reply) => {
    const query = request.query as Record<string, unknown>;
    const { kept } = query;
    if (request.method !== 'GET' || isApi(request) || !isId(kept)) return;
    // One that is here no more leaves the page that has this address by itself.
    delete query.kept;
    const page = await findKeptPage(deps, request, kept);
    if (!page) return;
    reply.code(page.status).type('text/html; charset=utf-8');
    return reply.send(page.html);
  });
});

/** The answer to a form, with what was right for whoever sends it: the page itself, or where it is kept. */
export async function leadBack(deps: Deps, reply: FastifyReply, html: string): Promise<string> {
  const { request, statusCode } = reply;
  const holder = holderOf(deps, request);
  // What is shown once (201) is kept nowhere, and a fault of ours says nothing that one would come back to. Nor is what
  // someone is shown who has just signed in by this form: asked for again, it would be of nobody. A page that leads on
  // elsewhere has secrets in its address.
  const hasJustSignedIn = request.ctx && request.routeOptions.config.action === 'public';
  const isKept =
    request.method === 'POST' &&
    !hasJustSignedIn &&
    !reply.hasHeader('refresh') &&
    statusCode !== 201 &&
    statusCode < 500 &&
    html.length <= mostKept;
  if (!isKept || !holder || !navigates(request)) return html;
  const id = newId();
  try {
    const sealed = seal(keyOf(deps, holder), { status: statusCode, html } satisfies KeptPage);
    await run(
      deps.db,
      'kept-page.keep',
      deps.db.insertInto('kept_page').values({ id, sealed, kept_at: timestamp(deps.clock) }),
    );
  } catch (err) {
    request.log.warn({ err }, 'a page could not be kept');
    return html;
  }
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  searchParams.set('kept', id);
  reply.code(303).header('location', `${pathname}?${searchParams}`);
  return '';
}

/** A page that was kept for whoever asks; undefined when it was another's, or its time is over. */
async function findKeptPage(deps: Deps, request: FastifyRequest, id: string): Promise<KeptPage | undefined> {
  const row = await maybe(deps.db, 'kept-page.find', {
    sealed: col.bytes,
  })`select sealed from kept_page where id = ${id}
    and kept_at > ${timestamp(deps.clock)}::timestamptz - ${pageKeptFor}::interval`;
  const holder = holderOf(deps, request);
  if (!row || !holder) return undefined;
  try {
    return unseal(keyOf(deps, holder), row.sealed) as KeptPage;
  } catch {
    return undefined;
  }
}

/** Whose a page is: a member of staff while they are signed in, else the browser that a form's token is for. */
function holderOf({ config }: Deps, { ctx, cookies }: FastifyRequest): string | undefined {
  if (ctx) return ctx.actor.type === 'staff' ? `staff:${ctx.actor.id}` : undefined;
  const cookie = cookies[formCookie(config)];
  return cookie && `browser:${cookie}`;
}

const keyOf = ({ key }: Deps, holder: string) => keyedHash(key, 'kept-page', holder);
