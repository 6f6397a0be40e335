import { type Kysely, sql } from 'kysely';

/**
 * One code names one thing in the whole scheme; numbers are found however they are spaced; and the labels that a
 * scheme had before are kept as labels.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence code_number;
    select setval('code_number', (select greatest(
      (select last_value from asset_tag_number), (select last_value from donation_number),
      (select last_value from incident_number), (select last_value from loan_number),
      (select last_value from referral_number), (select last_value from stocktake_number)) + 1), false);
    drop sequence asset_tag_number, donation_number, incident_number, loan_number, referral_number, stocktake_number;
  `.execute(db);

  await sql`
    create function code_key(code text) returns text language sql immutable parallel safe strict as
      ${sql.raw(`$$ select translate(regexp_replace(normalize(code, NFKC), '[\\x01-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\u00bf\\u2000-\\u206f\\u2212\\u3000-\\u303f\\ufe00-\\ufe0f\\ufeff]+', '', 'g'),
        'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') $$`)};
    comment on function code_key(text) is
      'A code or number as it is compared: its letters in capitals and its digits, however it is spaced. The same as codeKey in the code.';

    drop index device_serial;
    create index device_serial_key on device (code_key(serial_number) collate "C") where serial_number is not null;
    create index data_plan_msisdn on data_plan (msisdn) where msisdn is not null;

    create table earlier_label (
      device_id uuid not null references device on delete cascade,
      label text not null check (label <> '' and length(label) <= 100),
      label_key text collate "C" not null generated always as (code_key(label)) stored,
      recorded_at timestamptz not null,
      primary key (device_id, label_key)
    );
    comment on table earlier_label is
      'A label that the scheme had on a device before its asset tag, or beside it: a scan of it finds the device.';
    create index earlier_label_key on earlier_label (label_key);

    insert into earlier_label (device_id, label, recorded_at)
      select d.id, trim(found[1]), d.created_at from device d,
        lateral regexp_match(d.notes, '^Their label: (.*)$', 'n') found
      where d.notes is not null and code_key(found[1]) <> '' and length(found[1]) <= 100;
    update device d set notes = nullif(trim(both E'\\n' from regexp_replace(notes, '^Their label: .*$', '', 'n')), '')
      where exists (select from earlier_label l where l.device_id = d.id);
  `.execute(db);
}
