import { mayBeOnePerson } from '../people/identity.commands.ts';
import { insertPatient, keepHistory } from '../people/patient.commands.ts';
import { hasSafeWay, readPatient } from '../people/patient.rules.ts';
import { takeTurn } from '../people/patient-batch.commands.ts';
import { applyStricterContact, insertProposals } from '../people/proposal.commands.ts';
import type { Actor, Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { recordEvent } from '../shared/events.ts';
import { newId, referralReference } from '../shared/ids.ts';
import { readPhoneNumber } from '../shared/phone.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { kept } from '../shared/reading.ts';
import { col } from '../shared/rows.ts';
import { maybe, one, run } from '../shared/statements.ts';
import { createTasks, type NewTask } from '../tasks/task.commands.ts';
import type { NewReferral, ReferralReceived } from './referral.schemas.ts';
import { whoIs } from './who.commands.ts';

/**
 * Receives a referral from a clinic's key, or from an officer on a clinic's behalf. The person is
 * linked to one already known only when all that identifies agrees (rule 17); what the referral then says of
 * contact applies where it is stricter, and the rest waits for an officer. Someone who may be known is kept as
 * someone new, and staff are asked at once.
 * @throws Problem `invalid`, or `referral-already-open` with the id of the one in the way
 */
export async function receiveReferral(
  deps: Deps,
  ctx: Context,
  input: NewReferral,
): Promise<ReferralReceived> {
  const { patient, referrer } = readReferral(deps, input);
  const named = clinicOf(ctx.actor, input.clinicId);
  return command(deps, ctx, async (work) => {
    const clinicId = await clinicOfToday(work.trx, named);
    if (patient.nhsNumber) await takeTurn(work.trx, patient.nhsNumber);
    const { known, openReferralId, alike } = await whoIs(work.trx, clinicId, patient);
    if (openReferralId) throw new Problem('referral-already-open', { referralId: openReferralId });
    const { at } = work;
    const contact = known ? await applyStricterContact(work.trx, known, patient, at) : undefined;
    const patientId = known ?? (await insertPatient(work.trx, patient, input.consent.givenOn, at));
    const referral = await insertReferral(
      work.trx,
      { ...input, patient, referrer },
      { clinicId, patientId, at },
    );
    const eventId = await recordEvent(work, {
      type: 'referral.received',
      subjects: [
        ['referral', referral.id],
        ['patient', patientId],
        ['organisation', clinicId],
      ],
      values: { reference: referral.reference, needs: input.needs, urgency: input.urgency ?? 'routine' },
      fields: ['patient', 'referrer', 'consent'],
    });
    if (contact?.before) await keepHistory(work, patientId, eventId, contact.before);
    const proposals = contact?.proposals ?? [];
    await insertProposals(work.trx, referral.id, proposals);
    const reachable = contact ? contact.hasSafeWay : hasSafeWay(patient.contactPoints);
    const unreachable = !reachable && patient.contactChoice !== 'patient_contacts_us';
    const tasks: NewTask[] = [];
    if (proposals.length)
      tasks.push({
        kind: 'check_contact_proposal',
        subjectType: 'referral',
        subjectId: referral.id,
        patientId,
      });
    if (unreachable)
      tasks.push({ kind: 'no_safe_contact', subjectType: 'patient', subjectId: patientId, patientId });
    if (!known && alike.length) tasks.push(mayBeOnePerson(patientId));
    await createTasks(work, tasks);
    return referral;
  });
}

/** The referral's values as they are kept; every fault at once. */
export function readReferral({ clock, config }: Deps, input: NewReferral) {
  const day = today(clock);
  const { patient, errors: found } = readPatient(input.patient, day, config.ALLOW_TEST_PHONE_NUMBERS);
  const errors: FieldError[] = found.map(({ pointer, message }) => ({
    pointer: `/patient${pointer}`,
    message,
  }));
  if (input.consent.givenOn > day)
    errors.push({
      pointer: '/consent/givenOn',
      message: 'This date is in the future. Give the day the patient agreed.',
    });
  if (input.urgency === 'urgent' && !input.urgencyReason)
    errors.push({
      pointer: '/urgencyReason',
      message: 'Say why it is urgent, so that it can be put before others.',
    });
  const { phone, email } = input.referrer;
  const referrer = {
    ...input.referrer,
    phone: kept('/referrer/phone', errors, phone, (text) =>
      readPhoneNumber(text, config.ALLOW_TEST_PHONE_NUMBERS),
    ),
    email: kept('/referrer/email', errors, email, readEmail),
  };
  if (errors.length) throw new Problem('invalid', { errors });
  return { patient, referrer };
}

function clinicOf(actor: Actor, given: string | undefined): string {
  const own = actor.role === 'clinic' ? actor.clinicId : undefined;
  if (own && given && given !== own)
    throw invalid({
      pointer: '/clinicId',
      message: 'A clinic’s key refers for its own clinic; leave this out.',
    });
  const clinicId = own ?? given;
  if (!clinicId)
    throw invalid({ pointer: '/clinicId', message: 'Say for which clinic you record this referral.' });
  return clinicId;
}

/** The clinic that refers now: the one named, or the one that took it over. */
async function clinicOfToday(trx: Trx, id: string): Promise<string> {
  const row = await maybe(trx, 'referral.clinic', { id: col.text })`
    select coalesce(succeeded_by, id) as id from organisation where id = ${id} and 'clinic' = any(roles)`;
  if (!row) throw invalid({ pointer: '/clinicId', message: 'There is no clinic of this id.' });
  return row.id;
}

type Placed = {
  clinicId: string;
  patientId: string;
  at: string;
};

async function insertReferral(
  trx: Trx,
  input: NewReferral,
  { clinicId, patientId, at }: Placed,
): Promise<ReferralReceived> {
  const id = newId();
  const row = await one(trx, 'referral.insert.2', {
    number: col.number,
  })`select nextval('code_number') as number`;
  const reference = referralReference(row.number);
  const { nhsNumber, givenName, familyName, preferredName, dateOfBirth } = input.patient;
  await run(trx, 'referral.insert')`
    with r as (
      insert into referral (id, reference, clinic_id, patient_id, nhs_number, given_name, family_name, preferred_name, date_of_birth, urgency, barriers, referrer_name, referrer_email, referrer_phone,
        share_with_scheme, share_back_with_clinic, consent_given_on, consent_given_by, clinic_reference, notes, urgency_reason, visit_risks, received_at, changed_at)
      values (${id}, ${reference}, ${clinicId}, ${patientId}, ${nhsNumber ?? null}, ${givenName}, ${familyName}, ${preferredName ?? null}, ${dateOfBirth ?? null}, ${input.urgency ?? 'routine'}, ${input.barriers}::text[],
        ${input.referrer.name}, ${input.referrer.email ?? null}, ${input.referrer.phone ?? null}, true, ${input.consent.shareBackWithClinic ?? false},
        ${input.consent.givenOn}, ${input.consent.givenBy ?? null}, ${input.clinicReference ?? null}, ${input.notes ?? null}, ${input.urgencyReason ?? null}, ${input.visitRisks ?? null}, ${at}, ${at})
    )
    insert into referral_need (referral_id, need) select ${id}, n from unnest(${input.needs}::text[]) n`;
  return { id, reference, status: 'received' };
}
