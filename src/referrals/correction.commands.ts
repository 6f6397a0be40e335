import { sql } from 'kysely';
import { wasLent } from '../lending/loans/loan.states.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { differing } from '../shared/differing.ts';
import { readEmail } from '../shared/email.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { readPhoneNumber } from '../shared/phone.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { kept } from '../shared/reading.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { one, run } from '../shared/statements.ts';
import { closeReferralsWhenDone } from './closing.commands.ts';
import { assertCorrectable, neededOtherwise, needsPutRight } from './correction.rules.ts';
import type { ReferralCorrection } from './correction.schemas.ts';
import { lockReferral } from './locking.commands.ts';
import { standingAfter } from './need.rules.ts';
import { getReferral } from './referral.queries.ts';
import { barriers, needs, urgencies } from './referral.rules.ts';
import type { Referral } from './referral.schemas.ts';
import { isAccepted } from './referral.states.ts';
import { referralMove } from './status.commands.ts';
import { startSupport } from './support-start.commands.ts';

const Kept = {
  urgency: col.oneOf(urgencies),
  urgencyReason: col.orNull(col.text),
  barriers: col.listOf(col.oneOf(barriers)),
  referrerName: col.text,
  referrerEmail: col.orNull(col.text),
  referrerPhone: col.orNull(col.text),
  clinicReference: col.orNull(col.text),
  notes: col.orNull(col.text),
  visitRisks: col.orNull(col.text),
};
type Kept = RowOf<typeof Kept>;
const Before = {
  ...Kept,
  changedAt: col.text,
  asked: col.listOf(col.oneOf(needs)),
  loans: col.listOf(col.text),
};

/**
 * Puts right what was written down wrong of an open referral. A need that was never asked for is gone, with what is
 * held for it where that is said; a need that was left out is open, and what follows from needs follows. The clinic,
 * which sees what it asked for, is told.
 * @throws Problem `not-found`, `patient-erased`, `if-match-required`, `changed-meanwhile`, `invalid`, `referral-ended`; `need-change-refused` for
 * one that is met or held for, with what would be right
 */
export async function correctReferral(
  deps: Deps,
  ctx: Context,
  referralId: string,
  correction: ReferralCorrection,
): Promise<Referral> {
  const given = readCorrection(deps, correction);
  return command(deps, ctx, async (work) => {
    const referral = await lockReferral(work.trx, ctx.actor, referralId);
    const { changedAt, asked, loans, ...before } = await readBefore(work.trx, referralId);
    requireMatch(ctx.ifMatch, etagOf(referralId, changedAt));
    assertCorrectable(referral.status);
    const after: Kept = { ...before, ...given };
    if (after.urgency === 'urgent' && !after.urgencyReason)
      throw invalid({
        pointer: '/urgencyReason',
        message: 'Say why it is urgent, so that it can be put before others.',
      });
    const otherwise = neededOtherwise(asked, correction.needs);
    const { added, removed } = otherwise;
    const fields = namesOf(before, after);
    if (!fields.length && !added.length && !removed.length)
      return getReferral(work.trx, ctx.actor, referralId);
    const rows = needsPutRight(referral.status, referral.needs, otherwise, loans);
    const { status, startsSupport } =
      added.length + removed.length
        ? standingAfter(referral.status, rows)
        : { status: referral.status, startsSupport: false };
    const { at } = work;
    await run(work.trx, 'referral.correct')`
      with gone as (
        delete from referral_need where referral_id = ${referralId} and need = any(${removed}::text[])
      ), n as (
        insert into referral_need (referral_id, need) select ${referralId}, n from unnest(${added}::text[]) n
        on conflict (referral_id, need) do update set asked = true
      )
      ${referralMove(status, {
        which: sql`r.id = ${referralId}`,
        set: sql`waiting_since = coalesce(r.waiting_since, case when ${isAccepted.of(status)} then ${at}::timestamptz end),
          urgency = ${after.urgency}, urgency_reason = ${after.urgencyReason}, barriers = ${after.barriers}::text[],
          referrer_name = ${after.referrerName}, referrer_email = ${after.referrerEmail}, referrer_phone = ${after.referrerPhone},
          clinic_reference = ${after.clinicReference}, notes = ${after.notes}, visit_risks = ${after.visitRisks}`,
        at,
      })}`;
    if (startsSupport) await startSupport(work, { referralId, patientId: referral.patientId }, at);
    await recordEvent(work, {
      type: 'referral.corrected',
      subjects: [
        ['referral', referralId],
        ['patient', referral.patientId],
      ],
      values: {
        from: referral.status,
        to: status,
        ...(added.length && { added }),
        ...(removed.length && { removed }),
        ...(after.urgency !== before.urgency && { urgency: after.urgency }),
        ...(correction.releaseHeld && { releases: true }),
      },
      fields,
    });
    await closeReferralsWhenDone(work, [referralId]);
    return getReferral(work.trx, ctx.actor, referralId);
  });
}

/** What a correction says, as it is kept; every fault at once. */
function readCorrection({ config }: Deps, correction: ReferralCorrection): Partial<Kept> {
  const { needs: _needs, releaseHeld: _releaseHeld, referrer = {}, ...rest } = correction;
  const errors: FieldError[] = [];
  const email = referrer.email && kept('/referrer/email', errors, referrer.email, readEmail);
  const phone =
    referrer.phone &&
    kept('/referrer/phone', errors, referrer.phone, (text) =>
      readPhoneNumber(text, config.ALLOW_TEST_PHONE_NUMBERS),
    );
  if (errors.length) throw new Problem('invalid', { errors });
  return {
    ...rest,
    ...(referrer.name !== undefined && { referrerName: referrer.name }),
    ...(email !== undefined && { referrerEmail: email }),
    ...(phone !== undefined && { referrerPhone: phone }),
  };
}

async function readBefore(trx: Trx, id: string) {
  return one(trx, 'referral.before-correction', Before)`
    select r.urgency, r.urgency_reason as "urgencyReason", r.barriers, r.referrer_name as "referrerName", r.referrer_email as "referrerEmail",
      r.referrer_phone as "referrerPhone", r.clinic_reference as "clinicReference", r.notes, r.visit_risks as "visitRisks", r.changed_at as "changedAt",
      array(select n.need from referral_need n where n.referral_id = r.id and n.asked) as asked,
      array(select l.reference from loan l where l.referral_id = r.id and ${wasLent('l')} order by l.id) as loans
    from referral r where r.id = ${id}`;
}

/** Names of what is said otherwise than before; the urgency is in the event itself. */
function namesOf(before: Kept, after: Kept): string[] {
  const changed = differing(before, after, Object.keys(before) as (keyof Kept)[]);
  return [...new Set(changed.map((name) => (name.startsWith('referrer') ? 'referrer' : name)))];
}
