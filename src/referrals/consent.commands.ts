import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { assertSaysOtherwise, consentErrors, type Standing } from './consent.rules.ts';
import type { Consent, NewConsent } from './consent.schemas.ts';
import { lockReferral } from './locking.commands.ts';

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
  return command(deps, ctx, async (trx) => {
    const { patientId } = await lockReferral(trx, ctx.actor, referralId);
    const { rows } = await sql<Standing>`/* consent.standing */
      select share_back_with_clinic as "shareBackWithClinic", coalesce(
        (select c.said_on from referral_consent c where c.referral_id = r.id order by c.id desc limit 1), consent_given_on) as "saidOn"
      from referral r where id = ${referralId}`.execute(trx);
    const before = rows[0]!;
    assertSaysOtherwise(said, before);
    const errors = consentErrors(said, before, today(deps.clock));
    if (errors.length) throw new Problem('invalid', { errors });
    const kept = { id: newId(), ...said, recordedAt: timestamp(deps.clock), recordedBy: ctx.actor.name };
    await sql`/* consent.record */
      with c as (
        insert into referral_consent (id, referral_id, share_back_with_clinic, source, said_on, recorded_by, recorded_at)
        values (${kept.id}, ${referralId}, ${said.shareBackWithClinic}, ${said.source}, ${said.saidOn}, ${kept.recordedBy}, ${kept.recordedAt})
      )
      update referral set share_back_with_clinic = ${said.shareBackWithClinic}, changed_at = ${kept.recordedAt} where id = ${referralId}`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: said.shareBackWithClinic ? 'referral.sharing_agreed' : 'referral.sharing_refused',
      subjects: [
        ['referral', referralId],
        ['patient', patientId],
      ],
      fields: ['source', 'saidOn'],
    });
    return kept;
  });
}
