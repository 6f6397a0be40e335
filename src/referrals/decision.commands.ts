import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { cancelFollowUpsOf } from '../support/follow-up.commands.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { lockReferral } from './locking.commands.ts';
import { insertQuestion } from './question.commands.ts';
import { position } from './referral.queries.ts';
import { decide, decisionErrors, tasksToDecide } from './referral.rules.ts';
import type { Decided, NewDecision } from './referral.schemas.ts';
import type { SignpostSaid } from './signpost.schemas.ts';
import { startSupport } from './support-start.commands.ts';

const eventTypes = {
  accept: 'referral.accepted',
  decline: 'referral.declined',
  ask: 'referral.asked',
} as const;

/**
 * Accepts a referral (it waits for stock, or for support alone is active at once with its
 * follow-ups made from the default plan), declines it, or asks the clinic.
 * @throws Problem `not-found`, `invalid`, `referral-already-decided`
 */
export async function decideReferral(
  deps: Deps,
  ctx: Context,
  referralId: string,
  input: NewDecision,
): Promise<Decided> {
  const errors = decisionErrors(input);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, (trx) => decideIn(trx, deps, ctx, referralId, input));
}

/** `decideReferral` in the caller's transaction. */
export async function decideIn(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  referralId: string,
  input: NewDecision,
): Promise<Decided> {
  const referral = await lockReferral(trx, ctx.actor, referralId);
  const status = decide(referral, input.decision);
  const at = timestamp(deps.clock);
  const signposts = await signpostsSaid(trx, input.signpostIds ?? []);
  await sql`
    update referral set status = ${status}, changed_at = ${at}, decision_reason = ${input.reason ?? null}, signposts = ${JSON.stringify(signposts)},
      waiting_since = case when ${status} = 'waiting' then ${at}::timestamptz end
    where id = ${referralId}`.execute(trx);
  if (status === 'asked') await insertQuestion(trx, referralId, input.question!, at);
  if (status === 'declined') {
    await dropNeeds(trx, referralId, at);
    await cancelFollowUpsOf(trx, deps, ctx, { referralIds: [referralId] }, { by: 'referral' });
  }
  if (status === 'active') await startSupport(trx, deps, { ...referral, referralId }, at);
  await recordEvent(trx, deps, ctx, {
    type: eventTypes[input.decision],
    subjects: [
      ['referral', referralId],
      ['patient', referral.patientId],
    ],
    values: { from: referral.status, to: status },
    fields: [...(input.reason ? ['decisionReason'] : []), ...(input.question ? ['question'] : [])],
  });
  await completeTasksAbout(trx, deps, ctx, [...tasksToDecide], [referralId]);
  if (status !== 'waiting') return { status };
  const { rows } = await sql<{
    position: number;
  }>`select ${position} as position from referral r where r.id = ${referralId}`.execute(trx);
  return { status, waitingPosition: rows[0]!.position };
}

/** What the clinic is told of other help, as it is written now. */
async function signpostsSaid(trx: Trx, ids: string[]): Promise<SignpostSaid[]> {
  if (!ids.length) return [];
  const { rows } = await sql<SignpostSaid & { id: string }>`/* signpost.said */
    select id, name, details from signpost where id = any(${ids}::uuid[]) and retired_at is null order by lower(name)`.execute(
    trx,
  );
  const known = new Set(rows.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown)
    throw invalid({
      pointer: `/signpostIds/${ids.indexOf(unknown)}`,
      message: 'This signpost is not offered any more. Choose another, or none.',
    });
  return rows.map(({ name, details }) => ({ name, details }));
}

/** A referral that has ended has no open need: the waiting list is found by its open needs. */
async function dropNeeds(trx: Trx, referralId: string, at: string): Promise<void> {
  await sql`
    update referral_need set status = 'dropped', reason = 'The referral was declined', settled_at = ${at}
    where referral_id = ${referralId} and status = 'open'`.execute(trx);
}
