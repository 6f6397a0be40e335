import { sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { correctWhatWasTold } from '../messages/correction.commands.ts';
import { takeBackUnsaid } from '../messages/kind.queries.ts';
import { isOpenReferral } from '../referrals/referral.states.ts';
import type { Actor, Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { type NewEvent, recordEvent, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { getFollowUp, maySupport, visibleTo } from './follow-up.queries.ts';
import type { FollowUp, FollowUpChange, NewFollowUp } from './follow-up.schemas.ts';
import { isAhead } from './follow-up.states.ts';
import { assertMayCall, settle, settleMove } from './settling.commands.ts';
import { followUpMove } from './status.commands.ts';
import { assertAhead, extraStep, followUpStatuses, planStep, ways } from './support.rules.ts';

/**
 * Deals with the follow-ups of loans that have closed and that are still ahead: they go over to
 * another open loan of the same referral, since the person is still being helped; without one they
 * are cancelled, with the reminders of them that were not yet said; who was told of one is told that it is off.
 * For the command that closes the loans, in its transaction.
 * @returns ids of the cancelled follow-ups
 */
export async function endFollowUps(work: Work, loanIds: string[]): Promise<string[]> {
  const { at } = work;
  const rows = await many(work.trx, 'follow-up.end-of-loan', { id: col.text, wasTold: col.boolean })`
    with other as (
      select distinct on (l.id) l.id as closed, o.id as open
      from loan l left join loan o on o.referral_id = l.referral_id and o.id <> l.id and ${isOpenLoan('o')}
      where l.id = any(${loanIds}::uuid[]) order by l.id, o.id desc
    ), ended as (
      ${followUpMove('cancelled', {
        from: sql`other`,
        which: sql`f.loan_id = other.closed and other.open is null`,
        set: sql`why = 'ended'`,
        at,
      })} returning f.id
    ), goes_over as (
      update follow_up f set loan_id = other.open, changed_at = ${at}
      from other where f.loan_id = other.closed and other.open is not null and ${isAhead('f')}
    ), unsaid as (
      ${takeBackUnsaid('follow_up', sql`subject_id in (select id from ended)`)}
    )
    select id, exists (select from reminder r where r.subject_id = ended.id and r.status = 'said') as "wasTold"
    from ended order by id`;
  const told = rows.flatMap(({ id, wasTold }) => (wasTold ? [id] : []));
  if (told.length) await correctWhatWasTold(work, sql`f.id = any(${told}::uuid[])`);
  return rows.map(({ id }) => id);
}

/** The support plans that began for a referral since an instant. */
type PlansOf = { referralId: string; since: string };

/**
 * Cancels what is ahead for these referrals, for this patient or of these plans, with the reminders of it that were not
 * yet said, and ends the support plans that it was of; who was told of it is told that it is off. For the command
 * that ends their help, in its transaction.
 */
export async function cancelFollowUpsOf(
  work: Work,
  whose: { referralIds: string[] } | { patientId: string } | PlansOf,
  { by, reason = null }: { by: 'referral' | 'contact' | 'wish'; reason?: string | null },
): Promise<{ followUpIds: string[]; endedPlans: number }> {
  const plans =
    'since' in whose
      ? sql`referral_id = ${whose.referralId} and created_at >= ${whose.since}`
      : 'patientId' in whose
        ? sql`patient_id = ${whose.patientId}`
        : sql`referral_id = any(${whose.referralIds}::uuid[])`;
  const theirs =
    'since' in whose ? sql`patient_plan_id in (select id from patient_plan where ${plans})` : plans;
  const { at } = work;
  const ended = await one(work.trx, 'follow-up.cancel', {
    followUpIds: col.listOf(col.text),
    endedPlans: col.number,
  })`
    with ended as (
      ${followUpMove('cancelled', { which: theirs, set: sql`why = ${by === 'wish' ? 'they_asked' : 'ended'}`, at })} returning f.id
    ), unsaid as (
      ${takeBackUnsaid('follow_up', sql`subject_id in (select id from ended)`)}
    ), p as (
      update patient_plan set ended_at = ${at}, ended_by = ${by}, reason = ${reason} where ${plans} and ended_at is null returning 1
    )
    select coalesce((select array_agg(id order by id) from ended), '{}') as "followUpIds", (select count(*)::int from p) as "endedPlans"`;
  if (ended.followUpIds.length) await correctWhatWasTold(work, sql`f.id = any(${ended.followUpIds}::uuid[])`);
  return ended;
}

/**
 * Makes one follow-up beside the plan, such as a call that was asked for. It belongs to the open referral of the person, or to
 * the loan that they have without one, and ends with it.
 * @throws Problem `invalid` for an unknown patient or supporter or a time that is past, `conflict` when the person has withdrawn or died
 */
export async function addFollowUp(deps: Deps, ctx: Context, input: NewFollowUp): Promise<FollowUp> {
  return command(deps, ctx, async (work) => {
    const { patientId, supporterId = null, note = null, minutes = 20 } = input;
    const found = await maybe(work.trx, 'follow-up.of-whom', {
      state: col.text,
      referralId: col.orNull(col.text),
      loanId: col.orNull(col.text),
    })`
      select contact_state as state,
        (select r.id from referral r where r.patient_id = p.id and ${isOpenReferral('r')}
          order by r.status = 'active' desc, r.id desc limit 1) as "referralId",
        (select l.id from loan l where l.patient_id = p.id and ${isOpenLoan('l')} and l.referral_id is null order by l.id desc limit 1) as "loanId"
      from patient p where p.id = ${patientId} for no key update`;
    if (!found) throw invalid({ pointer: '/patientId', message: 'There is no such patient.' });
    if (found.state === 'withdrawn' || found.state === 'deceased')
      throw new Problem('conflict', { detail: 'This person is not to be contacted any more.' });
    if (supporterId) await assertSupporter(work.trx, supporterId);
    const { dueOn, startsAt, way } = await settle(work, { ...input, supporterId, minutes });
    const id = newId();
    const { at } = work;
    const row = await one(work.trx, 'follow-up.add', { isPast: col.boolean })`
      insert into follow_up (id, patient_id, referral_id, loan_id, step, due_on, starts_at, minutes, way, supporter_id, note, created_at, changed_at)
      values (${id}, ${patientId}, ${found.referralId}, ${found.referralId ? null : found.loanId}, ${input.step ?? extraStep}, ${dueOn}, ${startsAt}, ${minutes},
        ${way}, ${supporterId}, ${note}, ${at}, ${at})
      returning start_of(due_on, starts_at) <= ${at}::timestamptz as "isPast"`;
    if (row.isPast)
      throw invalid({ pointer: '/dueOn', message: 'This time is past. Give one that is ahead.' });
    await recordEvent(work, {
      type: 'follow_up.added',
      subjects: [
        ['follow_up', id],
        ['patient', patientId],
      ],
      values: { dueOn, way, ...(supporterId ? { supporterId } : {}) },
      fields: note ? ['note'] : [],
    });
    return getFollowUp(work.trx, ctx.actor, id, work.today);
  });
}

/**
 * Moves, assigns or confirms a follow-up that is ahead. Another time takes back the reminder not yet
 * said and, through the event, plans the right one; it also takes back that the old time was confirmed. What was said
 * already of another time or way is corrected.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `follow-up-settled`, `invalid`, `not-allowed` for a supporter who assigns
 */
export async function changeFollowUp(
  deps: Deps,
  ctx: Context,
  id: string,
  change: FollowUpChange,
): Promise<FollowUp> {
  if (ctx.actor.role === 'supporter' && change.supporterId !== undefined)
    throw new Problem('not-allowed', { detail: 'An officer decides who does a follow-up.' });
  await command(deps, ctx, async (work) => {
    const before = await lockFollowUp(work.trx, ctx.actor, id);
    assertAhead(before.status);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    if (change.supporterId) await assertSupporter(work.trx, change.supporterId);
    const { at } = work;
    if (change.way === 'phone') await assertMayCall(work, before.patientId);
    const { dueOn, startsAt } = await settleMove(work, before, change);
    const moves = dueOn !== before.dueOn || startsAt !== before.startsAt;
    const status = change.status ?? (moves ? 'planned' : before.status);
    const row = await one(work.trx, 'follow-up.change', { isPast: col.boolean })`
      with unsaid as (
        ${takeBackUnsaid('follow_up', sql`${moves} and subject_id = ${id}`)}
      )
      ${followUpMove(status, {
        which: sql`f.id = ${id}`,
        set: sql`due_on = ${dueOn}, starts_at = ${startsAt},
          minutes = coalesce(${change.minutes ?? null}, f.minutes), way = coalesce(${change.way ?? null}, f.way),
          why = case when ${moves} or ${change.way !== undefined} then ${change.why ?? null} else f.why end,
          supporter_id = case when ${change.supporterId !== undefined} then ${change.supporterId ?? null}::uuid else f.supporter_id end`,
        at,
      })}
      returning start_of(due_on, starts_at) <= ${at}::timestamptz as "isPast"`;
    if (moves && row.isPast)
      throw invalid({
        pointer: change.dueOn ? '/dueOn' : '/startsAt',
        message: 'This time is past. Give one that is ahead.',
      });
    if (moves || change.way) await correctWhatWasTold(work, sql`f.id = ${id}`);
    const { supporterId, ...rest } = change;
    const subjects = subjectsOfFollowUp(before);
    const values = {
      ...(status === before.status ? {} : { from: before.status, to: status }),
      ...(rest.way ? { way: rest.way } : {}),
      ...(rest.why ? { why: rest.why } : {}),
      ...(supporterId === undefined ? {} : { supporterId }),
    };
    const event: NewEvent = moves
      ? { type: 'follow_up.moved', subjects, values: { dueOn, startsAt, ...values } }
      : { type: 'follow_up.changed', subjects, values };
    await recordEvent(work, event);
  });
  // Read beside the transaction, which sees everything: a supporter is shown what is theirs.
  return getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
}

/** Locks a supporter: who gives them a time waits for who gives them another. @throws Problem `invalid` */
export async function assertSupporter(trx: Trx, id: string): Promise<void> {
  const found = await maybe(trx, 'follow-up.assert-supporter', {
    may: col.boolean,
    isSuspended: col.boolean,
  })`
    select ${maySupport} as may, suspended_at is not null as "isSuspended" from staff where id = ${id} for no key update`;
  if (found?.may) return;
  if (!found?.isSuspended) throw invalid({ pointer: '/supporterId', message: 'There is no such supporter.' });
  throw invalid({
    pointer: '/supporterId',
    message: 'They do no follow-ups here any more. Choose someone else, or nobody.',
  });
}

/** A supporter, locked, whom someone is known by; null where they do no follow-ups any more. */
export async function stillSupporting(trx: Trx, id: string | null): Promise<string | null> {
  const found = id
    ? await maybe(trx, 'follow-up.still-supporting', {})`
        select from staff where id = ${id} and ${maySupport} for no key update`
    : undefined;
  return found ? id : null;
}

export const LockedFollowUp = {
  id: col.text,
  patientId: col.text,
  referralId: col.orNull(col.text),
  loanId: col.orNull(col.text),
  /** In a plan's words; null for what someone typed. */
  planStep: col.orNull(col.text),
  status: col.oneOf(followUpStatuses),
  dueOn: col.text,
  startsAt: col.text,
  minutes: col.number,
  way: col.oneOf(ways),
  supporterId: col.orNull(col.text),
  /** The start as an instant, ISO 8601. */
  start: col.text,
  changedAt: col.text,
  /** The civil date on which the help that it is of began, at the latest the day for which it stands. */
  beganOn: col.text,
};
export type LockedFollowUp = RowOf<typeof LockedFollowUp>;

/**
 * Locks a follow-up, after the person and the referral that it is for, so that its outcome and a return do not wait for each other.
 * @throws Problem `not-found`, also for one that is not the supporter's own
 */
export async function lockFollowUp(trx: Trx, actor: Actor, id: string): Promise<LockedFollowUp> {
  await run(
    trx,
    'follow-up.lock-patient',
  )`select from patient p where p.id = (select patient_id from follow_up where id = ${id}) for no key update`;
  await run(
    trx,
    'follow-up.lock-referral',
  )`select from referral r where r.id = (select referral_id from follow_up where id = ${id}) for no key update`;
  const row = await maybe(trx, 'follow-up.lock', LockedFollowUp)`
    select f.id, f.patient_id as "patientId", f.referral_id as "referralId", f.loan_id as "loanId", ${sql.raw(planStep('f'))} as "planStep", f.status, f.due_on as "dueOn", f.minutes, f.way, f.supporter_id as "supporterId",
      to_char(f.starts_at, 'HH24:MI') as "startsAt", start_of(f.due_on, f.starts_at) as start, f.changed_at as "changedAt",
      least(f.due_on, (f.created_at at time zone 'Europe/London')::date, (select starts_on from patient_plan where id = f.patient_plan_id),
        (select handover_on from loan where id = f.loan_id)) as "beganOn"
    from follow_up f where f.id = ${id} and ${visibleTo(actor)} for update of f`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The things whose story a follow-up is part of. */
export function subjectsOfFollowUp({
  id,
  patientId,
  loanId,
  referralId,
}: Pick<LockedFollowUp, 'id' | 'patientId' | 'loanId' | 'referralId'>): [SubjectType, string][] {
  return [
    ['follow_up', id],
    ['patient', patientId],
    ...(loanId ? [['loan', loanId] as [SubjectType, string]] : []),
    ...(referralId ? [['referral', referralId] as [SubjectType, string]] : []),
  ];
}
