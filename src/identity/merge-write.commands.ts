import type { Trx } from '../shared/database.ts';
import { run } from '../shared/statements.ts';
import type { Merged } from './merge.schemas.ts';

/** Writes what a record says after a merge, or again after a parting. */
export async function writeMerged(trx: Trx, id: string, after: Merged, at: string): Promise<void> {
  await run(trx, 'merge.write')`
    with p as (
      update patient set preferred_name = ${after.preferredName}, date_of_birth = ${after.dateOfBirth}, nhs_number = ${after.nhsNumber},
        no_nhs_number_reason = ${after.noNhsNumberReason}, address = ${after.address}, no_fixed_abode = ${after.noFixedAbode},
        collection_point = ${after.collectionPoint}, communication_needs = ${after.communicationNeeds}::text[], language = ${after.language},
        interpreter = ${after.interpreter}, trusted_person = ${after.trustedPerson && JSON.stringify(after.trustedPerson)}::jsonb,
        wording = ${after.wording}, contact_choice = ${after.contactChoice},
        data_reminders = coalesce(${after.dataReminders ?? null}::boolean, data_reminders), changed_at = ${at}
      where id = ${id}
    )
    update contact_point c set safe = x.safe, safe_from = x."safeFrom", recheck_due = x."recheckDue", voicemail_ok = x."voicemailOk", hours = x.hours,
      stopped_at = x."stoppedAt", failed_at = x."failedAt"
    from jsonb_to_recordset(${JSON.stringify(after.points)}::jsonb) x (id uuid, safe boolean, "safeFrom" date, "recheckDue" date, "voicemailOk" boolean,
      hours jsonb, "stoppedAt" timestamptz, "failedAt" timestamptz)
    where c.id = x.id and c.patient_id = ${id}`;
}
