import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { assertSaysOtherwise, consentErrors, Standing } from './consent.rules.ts';
import type { Consent, NewConsent } from './consent.schemas.ts';
import { lockReferral } from './locking.commands.ts';
import type { NewReferral } from './referral.schemas.ts';

/**
 * Writes down that the patient takes back, or gives, their agreement that the clinic of this referral is told
 * how it goes. It holds at once: whatever the clinic reads or is told from now on follows it.
 * @throws Problem `not-found`, `invalid`, `conflict` when it holds already
 */
export async function recordConsent(
  deps: Deps,
  ctx: Context,
  referralId: string,
  said: NewConsent,
): Promise<Consent> {
  return command(deps, ctx, async (work) => {
    const { patientId } = await lockReferral(work.trx, ctx.actor, referralId);
    const before = await standing(work.trx, referralId);
    assertSaysOtherwise(said, before);
    const errors = consentErrors(said, before, work.today);
    if (errors.length) throw new Problem('invalid', { errors });
    return keep(work, { referralId, patientId }, said);
  });
}

/** Takes back the agreement where the clinic sent the same person again with a no that is not older: of the two words the stricter holds at once. The caller holds the patient's lock. */
export async function applyStricterConsent(
  work: Work,
  of: { referralId: string; patientId: string },
  { shareBackWithClinic, givenOn }: NewReferral['consent'],
): Promise<void> {
  if (shareBackWithClinic !== false) return;
  await run(
    work.trx,
    'consent.lock',
    work.trx.selectFrom('referral').where('id', '=', of.referralId).forNoKeyUpdate(),
  );
  const before = await standing(work.trx, of.referralId);
  if (!before.shareBackWithClinic || givenOn < before.saidOn) return;
  await keep(work, of, { shareBackWithClinic, source: 'clinic', saidOn: givenOn });
}

async function standing(trx: Trx, referralId: string): Promise<Standing> {
  return one(trx, 'consent.standing', Standing)`
    select share_back_with_clinic as "shareBackWithClinic", coalesce(
      (select c.said_on from referral_consent c where c.referral_id = r.id order by c.id desc limit 1), consent_given_on) as "saidOn"
    from referral r where id = ${referralId}`;
}

async function keep(
  work: Work,
  { referralId, patientId }: { referralId: string; patientId: string },
  said: NewConsent,
): Promise<Consent> {
  const kept = { id: newId(), ...said, recordedAt: work.at, recordedBy: work.ctx.actor.name };
  await run(work.trx, 'consent.record')`
    with c as (
      insert into referral_consent (id, referral_id, share_back_with_clinic, source, said_on, recorded_by, recorded_at)
      values (${kept.id}, ${referralId}, ${said.shareBackWithClinic}, ${said.source}, ${said.saidOn}, ${kept.recordedBy}, ${kept.recordedAt})
    )
    update referral set share_back_with_clinic = ${said.shareBackWithClinic}, changed_at = ${kept.recordedAt} where id = ${referralId}`;
  await recordEvent(work, {
    type: said.shareBackWithClinic ? 'referral.sharing_agreed' : 'referral.sharing_refused',
    subjects: [
      ['referral', referralId],
      ['patient', patientId],
    ],
    fields: ['source', 'saidOn'],
  });
  return kept;
}
