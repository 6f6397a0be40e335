import type { FastifyReply } from 'fastify';
import type { Static } from 'typebox';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { strict } from '../shared/validation.ts';
import { filterOf, QueueQuery } from './queue.schemas.ts';
import { followingOf } from './triage.queries.ts';

type Seen = Omit<Static<typeof QueueQuery>, 'limit' | 'after'>;
/** A browser may remember a filter that is not offered any more. */
const isOffered = (seen: object): seen is Seen =>
  strict.compile(QueueQuery as object)({ limit: 1, ...seen }) === true;

/**
 * What was worked on by its reference, with the link to the next referral to decide: of the list as it was last looked
 * at in this browser, by its filters and in its order.
 */
export async function whatFollows(deps: Deps, ctx: Context, id: string, reply: FastifyReply) {
  const { after: _after, limit: _limit, ...seen } = Object.fromEntries(reply.lastSeen('/referrals'));
  const asked: Seen = isOffered(seen) ? seen : {};
  const { reference, ahead, next } = await followingOf(deps.db, id, filterOf(asked, ctx), {
    today: today(deps.clock),
    order: asked.order,
  });
  const link = next
    ? { href: `/referrals/${next.id}`, text: `Next: ${next.reference} (${next.left} left)` }
    : { href: '/referrals', text: 'That was the last one: back to the list' };
  return { reference, ahead, link, isLast: !next };
}
