import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { listAssessments } from './assessment.queries.ts';
import {
  type Dropped,
  droppedErrors,
  findingErrors,
  isNeed,
  offerErrors,
  suggest,
} from './assessment.rules.ts';
import type { Assessment, NewAssessment, NewTakeUp, TakenUp } from './assessment.schemas.ts';
import { decideIn } from './decision.commands.ts';
import { type LockedReferral, lockReferral } from './locking.commands.ts';
import { canDecide, type Need, referralStatusWords } from './referral.rules.ts';

/**
 * Writes down what was found out with a person, with what that suggests. Earlier ones stay as they are.
 * @throws Problem `not-found`, `invalid`, `changed-meanwhile` when the newest is not the one that was seen
 */
export async function assessReferral(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { insteadOf, ...said }: NewAssessment,
): Promise<Assessment> {
  const errors = findingErrors(said);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (trx) => {
    const { patientId } = await lockReferral(trx, ctx.actor, referralId);
    const [newest] = await listAssessments(trx, referralId);
    if (insteadOf !== undefined && insteadOf !== (newest?.id ?? null)) throw assessedMeanwhile(newest);
    await sql`/* assessment.insert */
      insert into referral_assessment (id, referral_id, said, suggestions, by_name, at)
      values (${newId()}, ${referralId}, ${JSON.stringify(said)}, ${JSON.stringify(suggest(said))}, ${ctx.actor.name}, ${timestamp(deps.clock)})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'referral.assessed',
      subjects: [
        ['referral', referralId],
        ['patient', patientId],
      ],
      fields: Object.keys(said),
    });
    return (await listAssessments(trx, referralId))[0]!;
  });
}

const assessedMeanwhile = (newest: Assessment | undefined) =>
  new Problem('changed-meanwhile', {
    detail: newest
      ? `${newest.by} assessed it meanwhile. Look at that first.`
      : 'That one is not of this referral.',
  });

/**
 * Takes up what the newest assessment suggests, or what an officer chooses beside it: with a device, data
 * or support the referral then needs exactly these and is accepted, in one step, and what was asked for
 * and is left out is dropped with the reason given. Anything else is written down with the assessment,
 * and the referral is still to be decided.
 * @throws Problem `not-found`, `invalid`, `referral-already-decided`, `changed-meanwhile` when it was assessed or taken up meanwhile
 */
export async function takeUp(
  deps: Deps,
  ctx: Context,
  referralId: string,
  assessmentId: string,
  { offers, dropped = {} }: NewTakeUp,
): Promise<TakenUp> {
  return command(deps, ctx, async (trx) => {
    const referral = await lockReferral(trx, ctx.actor, referralId);
    const [newest] = await listAssessments(trx, referralId);
    if (!newest) throw new Problem('not-found');
    if (newest.id !== assessmentId) throw assessedMeanwhile(newest);
    if (!canDecide(referral.status))
      throw new Problem('referral-already-decided', {
        detail: `The referral is ${referralStatusWords[referral.status]}.`,
        referralStatus: referral.status,
      });
    if (newest.takenUp)
      throw new Problem('changed-meanwhile', { detail: `${newest.takenUpBy} took it up already.` });
    const errors = [...offerErrors(offers, newest.said), ...droppedErrors(offers, dropped, referral.needs)];
    if (errors.length) throw new Problem('invalid', { errors });
    const at = timestamp(deps.clock);
    await sql`/* assessment.take-up */ insert into assessment_take_up (assessment_id, offers, by_name, at)
      values (${assessmentId}, ${offers}::text[], ${ctx.actor.name}, ${at})`.execute(trx);
    const needs: Need[] = offers.filter(isNeed);
    if (!needs.length) {
      await recordEvent(trx, deps, ctx, {
        type: 'referral.offer_taken_up',
        subjects: [
          ['referral', referralId],
          ['patient', referral.patientId],
        ],
      });
      return { status: referral.status, accepted: false };
    }
    await sql`/* assessment.set-needs */
      with gone as (
        update referral_need set status = 'dropped', reason = ${JSON.stringify(dropped)}::jsonb ->> need, settled_at = ${at}
        where referral_id = ${referralId} and status = 'open' and need <> all(${needs}::text[])
      )
      insert into referral_need (referral_id, need, asked) select ${referralId}, n, false from unnest(${needs}::text[]) n
      on conflict (referral_id, need) do update set status = 'open', reason = null, settled_at = null where referral_need.status = 'dropped'`.execute(
      trx,
    );
    await recordDropped(trx, deps, ctx, referral, dropped);
    const { status } = await decideIn(trx, deps, ctx, referralId, { decision: 'accept' });
    return { status, accepted: true };
  });
}

async function recordDropped(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  { id, patientId, status }: LockedReferral,
  dropped: Dropped,
): Promise<void> {
  const needs = Object.keys(dropped) as Need[];
  if (!needs.length) return;
  await recordEvent(trx, deps, ctx, {
    type: 'referral.need_changed',
    subjects: [
      ['referral', id],
      ['patient', patientId],
    ],
    values: { needs, kind: 'drop', from: status, to: status },
    fields: ['reason'],
  });
}
