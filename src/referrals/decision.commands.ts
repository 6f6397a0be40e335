import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { cancelFollowUpsOf } from '../support/follow-up.commands.ts';
import { SignpostSaid } from '../support/signpost.schemas.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { lockReferral } from './locking.commands.ts';
import { insertQuestion } from './question.commands.ts';
import { position } from './referral.queries.ts';
import { decide, decisionErrors, tasksToDecide } from './referral.rules.ts';
import type { Decided, NewDecision } from './referral.schemas.ts';
import { referralMove } from './status.commands.ts';
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
  return command(deps, ctx, (work) => applyDecision(work, referralId, input));
}

/**
 * Writes down a decision that has no fault, with what it ends, begins and asks.
 * @throws Problem `not-found`, `invalid`, `referral-already-decided`
 */
export async function applyDecision(work: Work, referralId: string, input: NewDecision): Promise<Decided> {
  const referral = await lockReferral(work.trx, work.ctx.actor, referralId);
  const status = decide(referral, input.decision);
  const { at } = work;
  const signposts = await signpostsSaid(work.trx, input.signpostIds ?? []);
  await run(work.trx, 'decision.apply')`
    ${referralMove(status, {
      which: sql`r.id = ${referralId}`,
      set: sql`decision_reason = ${input.reason ?? null}, signposts = ${JSON.stringify(signposts)},
        waiting_since = case when ${status === 'waiting'} then ${at}::timestamptz end`,
      at,
    })}`;
  if (status === 'asked') await insertQuestion(work.trx, referralId, input.question!, at);
  if (status === 'declined') {
    await dropNeeds(work.trx, referralId, at);
    await cancelFollowUpsOf(work, { referralIds: [referralId] }, { by: 'referral' });
  }
  if (status === 'active') await startSupport(work, { ...referral, referralId }, at);
  await recordEvent(work, {
    type: eventTypes[input.decision],
    subjects: [
      ['referral', referralId],
      ['patient', referral.patientId],
    ],
    values: { from: referral.status, to: status },
    fields: [...(input.reason ? ['decisionReason'] : []), ...(input.question ? ['question'] : [])],
  });
  await completeTasksAbout(work, [...tasksToDecide], [referralId]);
  if (status !== 'waiting') return { status };
  const row = await one(work.trx, 'decision.read-referral', {
    position: col.number,
  })`select ${position} as position from referral r where r.id = ${referralId}`;
  return { status, waitingPosition: row.position };
}

/** What the clinic is told of other help, as it is written now. */
async function signpostsSaid(trx: Trx, ids: string[]): Promise<SignpostSaid[]> {
  if (!ids.length) return [];
  const rows = await many(trx, 'signpost.said', { ...SignpostSaid.properties, id: col.text })`
    select id, name, details from signpost where id = any(${ids}::uuid[]) and retired_at is null order by lower(name)`;
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
  await run(trx, 'decision.drop-needs')`
    update referral_need set status = 'dropped', reason = 'The referral was declined', settled_at = ${at}
    where referral_id = ${referralId} and status = 'open'`;
}
