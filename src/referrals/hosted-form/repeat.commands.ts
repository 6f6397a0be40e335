import { keepHistory } from '../../people/patient.commands.ts';
import { applyStricterContact, insertProposals } from '../../people/proposal.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId, referralReference } from '../../shared/ids.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import { createTasks, type NewTask } from '../../tasks/task.commands.ts';
import type { Typed } from '../../web/forms.ts';
import { applyStricterConsent } from '../consent.commands.ts';
import { readReferral } from '../referral.commands.ts';
import type { NewReferral } from '../referral.schemas.ts';
import { whoIs } from '../who.commands.ts';
import type { FormLink } from './form-link.queries.ts';

/** What the form sent once more: of which link, about whose open referral, as the API takes it and as it was typed. */
export type Repeat = { link: FormLink; referralId: string; referral: NewReferral; typed: Typed };

/**
 * Keeps what the hosted form sent about a person whose referral is open, with that referral, for an
 * officer. It gets a reference of the same series, by which it can be found. What it says of contact
 * applies at once, where it is stricter, to the person whom it surely means; so does a no to telling the
 * clinic, and what a visitor must know.
 */
export async function receiveRepeat(
  deps: Deps,
  ctx: Context,
  { link, referralId, referral, typed }: Repeat,
): Promise<{ reference: string }> {
  const { patient } = readReferral(deps, referral);
  return command(deps, ctx, async (work) => {
    const { at } = work;
    const { known } = await whoIs(work.trx, link.clinicId, patient);
    const { patientId, clinicId, number } = await one(work.trx, 'repeat.receive', {
      patientId: col.text,
      clinicId: col.text,
      number: col.number,
    })`
      select patient_id as "patientId", clinic_id as "clinicId", nextval('code_number') as number
      from referral where id = ${referralId}`;
    const reference = referralReference(number);
    await run(
      work.trx,
      'repeat.insert',
      work.trx.insertInto('referral_repeat').values({
        id: newId(),
        reference,
        referral_id: referralId,
        link_id: link.id,
        said: JSON.stringify(typed),
        received_at: at,
      }),
    );
    // Whoever goes there must know it before an officer has read this.
    const { visitRisks } = referral;
    if (visitRisks && known === patientId)
      await run(
        work.trx,
        'repeat.add-risks',
      )`update referral set visit_risks = concat_ws(E'\n', visit_risks, ${visitRisks}::text), changed_at = ${at}
        where id = ${referralId} and position(${visitRisks} in coalesce(visit_risks, '')) = 0`;
    if (known === patientId) await applyStricterConsent(work, { referralId, patientId }, referral.consent);
    const contact = known ? await applyStricterContact(work.trx, known, patient, at) : undefined;
    const eventId = await recordEvent(work, {
      type: 'referral.sent_again',
      subjects: [
        ['referral', referralId],
        ['patient', patientId],
        ['organisation', clinicId],
      ],
      values: { reference },
      fields: ['patient', 'referrer', 'consent', ...(visitRisks ? ['visitRisks'] : [])],
    });
    if (known && contact?.before) await keepHistory(work, known, eventId, contact.before);
    const proposals = known === patientId && contact ? contact.proposals : [];
    await insertProposals(work.trx, referralId, proposals);
    const tasks: NewTask[] = [
      {
        kind: 'referral_sent_again',
        subjectType: 'referral',
        subjectId: referralId,
        patientId,
        urgent: referral.urgency === 'urgent',
      },
    ];
    if (proposals.length)
      tasks.push({
        kind: 'check_contact_proposal',
        subjectType: 'referral',
        subjectId: referralId,
        patientId,
      });
    if (known && !contact?.hasSafeWay && patient.contactChoice !== 'patient_contacts_us')
      tasks.push({ kind: 'no_safe_contact', subjectType: 'patient', subjectId: known, patientId: known });
    await createTasks(work, tasks);
    return { reference };
  });
}
