import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import type { PatientChange } from './change.schemas.ts';
import { lockPatient } from './contact-point.commands.ts';
import { askOfSharedNhsNumbers } from './identity.commands.ts';
import { keepHistory } from './patient.commands.ts';
import { getPatient } from './patient.queries.ts';
import { readNhsNumber, readPatient } from './patient.rules.ts';
import type { NewPatient, Patient } from './patient.schemas.ts';
import { takeTurn } from './patient-batch.commands.ts';
import { keptTrust } from './trusted.rules.ts';

/** The version of a patient's record, for If-Match. */
export const patientTag = ({ id, changedAt }: Pick<Patient, 'id' | 'changedAt'>) => etagOf(id, changedAt);

/**
 * Changes who a person is and what they want of contact. What held before is kept where it can be erased;
 * what a clinic wrote of them stays with its referral.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`
 */
export async function changePatient(
  deps: Deps,
  ctx: Context,
  id: string,
  change: PatientChange,
): Promise<Patient> {
  return command(deps, ctx, async (work) => {
    const nhsNumber = change.nhsNumber && readNhsNumber(change.nhsNumber);
    if (nhsNumber) await takeTurn(work.trx, nhsNumber);
    await lockPatient(work.trx, id);
    const before = await getPatient(work.trx, id);
    requireMatch(ctx.ifMatch, patientTag(before));
    const wanted = read(deps, before, change);
    const next = {
      ...wanted,
      dataReminders: change.dataReminders ?? before.dataReminders,
      trustedPerson: keptTrust(before.trustedPerson, wanted.trustedPerson ?? null) ?? undefined,
    };
    const names = (Object.keys(change) as (keyof PatientChange)[]).filter(
      (name) => !isDeepStrictEqual(before[name] ?? null, next[name] ?? null),
    );
    if (!names.length) return before;
    const { at } = work;
    await run(work.trx, 'patient.change')`
      update patient set given_name = ${next.givenName}, family_name = ${next.familyName}, preferred_name = ${next.preferredName ?? null},
        date_of_birth = ${next.dateOfBirth ?? null}, nhs_number = ${next.nhsNumber ?? null}, no_nhs_number_reason = ${next.noNhsNumberReason ?? null},
        address = ${next.address ?? null}, no_fixed_abode = ${next.noFixedAbode ?? false}, collection_point = ${next.collectionPoint ?? null},
        wording = ${next.wording}, contact_choice = ${next.contactChoice}, data_reminders = ${next.dataReminders},
        trusted_person = ${next.trustedPerson ? JSON.stringify(next.trustedPerson) : null}::jsonb, changed_at = ${at}
      where id = ${id}`;
    const eventId = await recordEvent(work, {
      type: 'patient.changed',
      subjects: [['patient', id]],
      fields: names,
    });
    await keepHistory(work, id, eventId, Object.fromEntries(names.map((name) => [name, before[name]])));
    if (names.includes('nhsNumber')) await askOfSharedNhsNumbers(work, [id]);
    if (names.includes('address')) await completeTasksAbout(work, ['letter_returned'], [id]);
    return getPatient(work.trx, id);
  });
}

/**
 * The record as it will be: what changes is held to the same rules as in a new one, and what was kept
 * before a rule was there stays as it is.
 */
function read({ clock, config }: Deps, before: Patient, change: PatientChange): NewPatient {
  const said = (Object.keys(change) as (keyof PatientChange)[]).filter(
    (name) => !isDeepStrictEqual(before[name] ?? null, change[name] ?? null),
  );
  const whole = present({ ...before, ...change, contactPoints: [] });
  const { patient, errors } = readPatient(whole, today(clock), config.ALLOW_TEST_PHONE_NUMBERS);
  const faults = errors.filter(({ pointer }) => {
    const name = pointer.split('/')[1] as keyof PatientChange;
    return said.some((changed) => changed === name || together[changed] === name);
  });
  if (faults.length) throw new Problem('invalid', { errors: faults });
  return { ...patient, ...present(without(before, said)) };
}

/** Where the fault is that a change of another field makes. */
const together: Partial<Record<keyof PatientChange, keyof PatientChange>> = {
  noFixedAbode: 'address',
  familyName: 'givenName',
};

const present = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as NewPatient;
const without = (values: object, names: string[]) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
