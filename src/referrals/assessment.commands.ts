import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { listAssessments } from './assessment.queries.ts';
import { type Dropped, droppedErrors, findingErrors, isNeed, offerErrors } from './assessment.rules.ts';
import type { Assessment, NewAssessment, NewTakeUp, TakenUp } from './assessment.schemas.ts';
import { applyDecision } from './decision.commands.ts';
import { type LockedReferral, lockReferral } from './locking.commands.ts';
import { type Need, referralStatusWords } from './referral.rules.ts';
import { isUndecided } from './referral.states.ts';
import { rulesInUse } from './tree.queries.ts';
import { suggest } from './tree.rules.ts';

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
  return command(deps, ctx, async (work) => {
    const { patientId } = await lockReferral(work.trx, ctx.actor, referralId);
    const [newest] = await listAssessments(work.trx, referralId);
    if (insteadOf !== undefined && insteadOf !== (newest?.id ?? null)) throw assessedMeanwhile(newest);
    const { version, rules } = await rulesInUse(work.trx);
    await run(
      work.trx,
      'assessment.insert',
      work.trx.insertInto('referral_assessment').values({
        id: newId(),
        referral_id: referralId,
        said: JSON.stringify(said),
        suggestions: JSON.stringify(suggest(rules, said)),
        tree_version: version,
        by_name: ctx.actor.name,
        at: work.at,
      }),
    );
    await recordEvent(work, {
      type: 'referral.assessed',
      subjects: [
        ['referral', referralId],
        ['patient', patientId],
      ],
      fields: Object.keys(said),
    });
    return (await listAssessments(work.trx, referralId))[0]!;
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
 * @param seen the referral's id, and that of the assessment that was looked at
 * @throws Problem `not-found`, `invalid`, `referral-already-decided`, `changed-meanwhile` when it was assessed or taken up meanwhile
 */
export async function takeUp(
  deps: Deps,
  ctx: Context,
  seen: { id: string; assessmentId: string },
  { offers, dropped = {} }: NewTakeUp,
): Promise<TakenUp> {
  const { id: referralId, assessmentId } = seen;
  return command(deps, ctx, async (work) => {
    const referral = await lockReferral(work.trx, ctx.actor, referralId);
    const [newest] = await listAssessments(work.trx, referralId);
    if (!newest) throw new Problem('not-found');
    if (newest.id !== assessmentId) throw assessedMeanwhile(newest);
    if (!isUndecided.of(referral.status))
      throw new Problem('referral-already-decided', {
        detail: `The referral is ${referralStatusWords[referral.status]}.`,
        referralStatus: referral.status,
      });
    if (newest.takenUp)
      throw new Problem('changed-meanwhile', { detail: `${newest.takenUpBy} took it up already.` });
    const errors = [...offerErrors(offers, newest.said), ...droppedErrors(offers, dropped, referral.needs)];
    if (errors.length) throw new Problem('invalid', { errors });
    const { at } = work;
    await run(
      work.trx,
      'assessment.take-up',
    )`insert into assessment_take_up (assessment_id, offers, by_name, at)
      values (${assessmentId}, ${offers}::text[], ${ctx.actor.name}, ${at})`;
    const needs: Need[] = offers.filter(isNeed);
    if (!needs.length) {
      await recordEvent(work, {
        type: 'referral.offer_taken_up',
        subjects: [
          ['referral', referralId],
          ['patient', referral.patientId],
        ],
      });
      return { status: referral.status, accepted: false };
    }
    await run(work.trx, 'assessment.set-needs')`
      with gone as (
        update referral_need set status = 'dropped', reason = ${JSON.stringify(dropped)}::jsonb ->> need, settled_at = ${at}
        where referral_id = ${referralId} and status = 'open' and need <> all(${needs}::text[])
      )
      insert into referral_need (referral_id, need, asked) select ${referralId}, n, false from unnest(${needs}::text[]) n
      on conflict (referral_id, need) do update set status = 'open', reason = null, settled_at = null where referral_need.status = 'dropped'`;
    await recordDropped(work, referral, dropped);
    const { status } = await applyDecision(work, referralId, { decision: 'accept' });
    return { status, accepted: true };
  });
}

async function recordDropped(
  work: Work,
  { id, patientId, status }: LockedReferral,
  dropped: Dropped,
): Promise<void> {
  const needs = Object.keys(dropped) as Need[];
  if (!needs.length) return;
  await recordEvent(work, {
    type: 'referral.need_changed',
    subjects: [
      ['referral', id],
      ['patient', patientId],
    ],
    values: { needs, kind: 'drop', from: status, to: status },
    fields: ['reason'],
  });
}
