import { type Kysely, sql } from 'kysely';

/**
 * What is a clinic's or a supporter's own is held by the database as well: their requests read as roles that see
 * nothing but that, whatever a query asks for.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    grant usage on schema public to lendwell_clinic, lendwell_supporter;

    create function asker() returns uuid language sql stable parallel safe as $$
      select nullif(current_setting('lendwell.asker', true), '')::uuid
    $$;
    comment on function asker is 'In whose name is read: the clinic, or the member of staff. Null where nobody said so, and then nothing is theirs.';

    create function supports(patient uuid) returns boolean language plpgsql stable parallel safe security definer set search_path = public, pg_temp as $$
    begin
      return exists (select from follow_up f where f.patient_id = patient and f.supporter_id = asker());
    end $$;
    comment on function supports is 'Whether who asks does, or did, a follow-up with this person. It looks as the owner of the tables, since the rows of follow_up ask it themselves.';
    revoke execute on function supports from public;
    grant execute on function supports to lendwell_supporter;
  `.execute(db);

  for (const table of new Set([...Object.keys(clinics), ...Object.keys(supporters)]))
    await sql`
      alter table ${sql.table(table)} enable row level security;
      create policy everything on ${sql.table(table)} to lendwell_app using (true);
    `.execute(db);
  for (const [table, [columns, condition]] of Object.entries(clinics))
    await sql`
      grant select ${sql.raw(columns)} on ${sql.table(table)} to lendwell_clinic;
      create policy clinics_own on ${sql.table(table)} for select to lendwell_clinic using (${sql.raw(condition)});
    `.execute(db);
  for (const [table, [columns, condition]] of Object.entries(supporters))
    await sql`
      grant select ${sql.raw(columns)} on ${sql.table(table)} to lendwell_supporter;
      create policy supporters_own on ${sql.table(table)} for select to lendwell_supporter using (${sql.raw(condition)});
    `.execute(db);

  await sql`
    grant select on scheme, day_off, sign_in_policy to lendwell_supporter;
    grant select (id, asset_tag, kind, make, model) on device to lendwell_supporter;
  `.execute(db);
}

const ofReferral = 'exists (select from referral r where r.id = referral_id)';

/** By table: which columns a clinic may read, and in which rows. What an inner table shows is narrowed by its own policy. */
const clinics: Record<string, [columns: string, condition: string]> = {
  organisation: ['', 'id = asker() or succeeded_by = asker()'],
  referral: ['', 'clinic_id = any (array(select o.id from organisation o))'],
  referral_need: ['', ofReferral],
  referral_status: ['', ofReferral],
  referral_question: ['', ofReferral],
  clinic_note: ['', ofReferral],
  loan: ['(id, reference, status, referral_id)', ofReferral],
  patient_merge: [
    '(survivor_id, merged_id, moved, parted_at)',
    'exists (select from referral r where r.patient_id = survivor_id)',
  ],
  event_subject: ['(subject_id, event_id)', 'exists (select from referral r where r.id = subject_id)'],
  event: [
    '(id, at, type, "values", fields)',
    'exists (select from event_subject s where s.event_id = event.id)',
  ],
};

const ofPerson = 'supports(patient_id)';
const ofAccount = 'staff_id = asker()';

/** The same for a supporter: their account, their drop-ins, and the people with whom they do or did a follow-up. */
const supporters: Record<string, [columns: string, condition: string]> = {
  staff: ['', 'id = asker()'],
  organisation: ['(id, name)', 'exists (select from staff s where s.organisation_id = organisation.id)'],
  session: ['', ofAccount],
  factor: ['', ofAccount],
  recovery_code: ['', ofAccount],
  staff_identity: ['', ofAccount],
  security_event: ['', ofAccount],
  follow_up: ['', `supporter_id = asker() or ${ofPerson}`],
  follow_up_outcome: ['', 'exists (select from follow_up f where f.id = follow_up_id)'],
  patient_plan: ['', ofPerson],
  drop_in: ['', 'supporter_id = asker()'],
  patient: [
    '(id, given_name, family_name, preferred_name, contact_choice, contact_state, paused_until, communication_needs, language, interpreter, erased_at)',
    'supports(id)',
  ],
  contact_point: ['', ofPerson],
  reminder: ['', ofPerson],
  task: ['', ofPerson],
  task_closing: ['', 'exists (select from task t where t.id = task_id)'],
  referral: ['(id, patient_id, status, visit_risks)', ofPerson],
  loan: ['(id, reference, status, patient_id, referral_id)', ofPerson],
  loan_item: [
    '(id, loan_id, device_id, status, ended_at)',
    'exists (select from loan l where l.id = loan_id)',
  ],
  event_subject: ['', 'exists (select from follow_up f where f.id = subject_id)'],
  event: ['', 'exists (select from event_subject s where s.event_id = event.id)'],
};
