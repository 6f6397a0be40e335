import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { formCookie } from '../access/authentication.ts';
import { keyedHash } from '../access/tokens.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { navigates } from '../shared/http.ts';
import { newId } from '../shared/ids.ts';
import { seal, unseal } from '../shared/seal.ts';

// A browser can load the answer to a form again only by sending the form again, which it asks about or refuses
// when someone goes back to it. So such a page is kept for a while, and the browser is led to where it is.

export type KeptPage = { status: number; html: string };

/** How long such a page is kept, and how large it may be. */
const keptFor = '1 hour';
const mostKept = 1_000_000;
/** Where pages for staff are, and those for people who sign in nowhere. */
export const keptPages = { staff: '/kept-pages', anyone: '/answered' };

/** The answer to a form, with what was right for whoever sends it: the page itself, or where it is kept. */
export async function leadBack(deps: Deps, reply: FastifyReply, html: string): Promise<string> {
  const { request, statusCode } = reply;
  const holder = holderOf(deps, request);
  // What is shown once (201) is kept nowhere, and a fault of ours says nothing that one would come back to.
  const isKept =
    request.method === 'POST' && statusCode !== 201 && statusCode < 500 && html.length <= mostKept;
  if (!isKept || !holder || !navigates(request)) return html;
  const id = newId();
  try {
    const sealed = seal(keyOf(deps, holder), { status: statusCode, html } satisfies KeptPage);
    await sql`/* kept-page.keep */ insert into kept_page (id, sealed, kept_at)
      values (${id}, ${sealed}, ${timestamp(deps.clock)})`.execute(deps.db);
  } catch (err) {
    request.log.warn({ err }, 'a page could not be kept');
    return html;
  }
  reply.code(303).header('location', `${request.ctx ? keptPages.staff : keptPages.anyone}/${id}`);
  return '';
}

/** A page that was kept for whoever asks; undefined when it was another's, or its time is over. */
export async function findKeptPage(
  deps: Deps,
  request: FastifyRequest,
  id: string,
): Promise<KeptPage | undefined> {
  const { rows } = await sql<{
    sealed: Buffer;
  }>`/* kept-page.find */ select sealed from kept_page where id = ${id}
    and kept_at > ${timestamp(deps.clock)}::timestamptz - ${keptFor}::interval`.execute(deps.db);
  const holder = holderOf(deps, request);
  if (!rows[0] || !holder) return undefined;
  try {
    return unseal(keyOf(deps, holder), rows[0].sealed) as KeptPage;
  } catch {
    return undefined;
  }
}

/** Deletes the pages whose time is over. How many. */
export async function purgeKeptPages(deps: Deps): Promise<{ pages: number }> {
  const { numAffectedRows } = await sql`/* kept-page.purge */ delete from kept_page
    where kept_at <= ${timestamp(deps.clock)}::timestamptz - ${keptFor}::interval`.execute(deps.db);
  return { pages: Number(numAffectedRows ?? 0) };
}

/** Whose a page is: a member of staff while they are signed in, else the browser that a form's token is for. */
function holderOf({ config }: Deps, { ctx, cookies }: FastifyRequest): string | undefined {
  if (ctx) return ctx.actor.type === 'staff' ? `staff:${ctx.actor.id}` : undefined;
  const cookie = cookies[formCookie(config)];
  return cookie && `browser:${cookie}`;
}

const keyOf = ({ config }: Deps, holder: string) => keyedHash(config.SECRET, 'kept-page', holder);
