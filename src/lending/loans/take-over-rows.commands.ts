import { sql } from 'kysely';
import type { Trx } from '../../shared/database.ts';
import { assetTag, donationReference, loanReference, newId } from '../../shared/ids.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { deviceBegins } from '../../stock/devices/device.rules.ts';
import { keepEarlierLabels } from '../../stock/devices/earlier-label.commands.ts';
import { tidied } from '../../stock/donations/device-columns.rules.ts';
import type { LoanToTakeOver } from './take-over.rules.ts';
import type { TakeOverLine } from './take-over-line.rules.ts';

/** Numbers for a donation, its devices and its loans, in one statement. */
export async function takeNumbers(trx: Trx, devices: number, loans: number) {
  const row = await one(trx, 'take-over-rows.numbers', {
    donation: col.number,
    devices: col.listOf(col.number),
    loans: col.listOf(col.number),
  })`
    select nextval('code_number') as donation,
      array(select nextval('code_number') from generate_series(1, ${devices}))::int[] as devices,
      array(select nextval('code_number') from generate_series(1, ${loans}))::int[] as loans`;
  return {
    donation: { id: newId(), reference: donationReference(row.donation) },
    assetTags: row.devices.map(assetTag),
    loanReferences: row.loans.map(loanReference),
  };
}

/** The reference of a donation that stands for what was out before Lendwell knew it. */
export const takenOver = 'Stock taken over';

export type TakenDevice = { id: string; assetTag: string };

/**
 * Adds the donation with its devices, which begin on loan: they were out before Lendwell knew them,
 * without checks of ours, and their cycle is the one in which they went out.
 * @returns the devices by the row that named them
 */
export async function insertStock(
  work: Work,
  donation: { id: string; reference: string; donorId: string; receivedOn: string },
  loans: LoanToTakeOver[],
  assetTags: string[],
): Promise<Map<number, TakenDevice>> {
  const { trx, at } = work;
  const rows = loans
    .flatMap(({ issuedOn, lines }) =>
      lines.map(({ row, device }) => ({ ...tidied(device), row, issuedOn, id: newId() })),
    )
    .sort((one, other) => one.row - other.row)
    .map((device, place) => ({ ...device, assetTag: assetTags[place]! }));
  await run(trx, 'take-over.stock')`
    with n as (
      insert into donation (id, reference, donor_id, donor_reference, received_on, created_at)
      values (${donation.id}, ${donation.reference}, ${donation.donorId}, ${takenOver}, ${donation.receivedOn}, ${at})
    )
    insert into device (id, asset_tag, kind, make, model, serial_number, imei, condition, notes, status, taken_over,
      cycle_started_on, donation_id, created_at, changed_at)
    select id, "assetTag", kind, make, model, "serialNumber", imei, condition, notes, ${sql.lit(deviceBegins['taken over from before'])}, true,
      "issuedOn", ${donation.id}, ${at}::timestamptz, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x (id uuid, "assetTag" text, kind text, make text, model text,
      "serialNumber" text, imei text, condition text, notes text, "issuedOn" date)`;
  await keepEarlierLabels(work, rows);
  return new Map(rows.map(({ row, id, assetTag }) => [row, { id, assetTag }]));
}

export type TakenLoan = LoanToTakeOver & { id: string; reference: string; patientId: string | null };
export type TakenPlan = NonNullable<TakeOverLine['plan']> & { id: string; deviceId: string };

/**
 * Adds the loans, their items and the data plans in one statement. How the agreement was accepted
 * is not recorded; one without a date to come back is on open-ended terms where there are any, and
 * its review is counted from today.
 * @returns the data plans
 */
export async function insertTakenLoans(
  { trx, at, today }: Work,
  loans: TakenLoan[],
  devices: Map<number, TakenDevice>,
): Promise<TakenPlan[]> {
  const rows = loans.map(({ borrower: _borrower, lines: _lines, ...loan }) => loan);
  const items = loans.flatMap(({ id, issuedOn, lines }) =>
    lines.map(({ row, device }) => ({
      id: newId(),
      loanId: id,
      deviceId: devices.get(row)!.id,
      issuedOn,
      condition: device.condition,
    })),
  );
  const plans = loans.flatMap(({ issuedOn, lines }) =>
    lines.flatMap(({ row, plan }) =>
      plan ? [{ ...plan, id: newId(), deviceId: devices.get(row)!.id, issuedOn }] : [],
    ),
  );
  await run(trx, 'take-over.loans')`
    with l as (
      insert into loan (id, reference, patient_id, location_id, issued_at, due_on, handover_way, handover_on, terms_id, review_on,
        accepted_by, taken_over, changed_at)
      select x.id, x.reference, x."patientId", x."locationId", (x."issuedOn" + time '12:00') at time zone 'Europe/London', x."dueOn",
        'in_person', x."issuedOn", t.id,
        case when x."dueOn" is null then working_day_from((${today}::date + make_interval(months => coalesce(t.review_months, 1)))::date) end,
        'not_recorded', true, ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        x (id uuid, reference text, "patientId" uuid, "locationId" uuid, "issuedOn" date, "dueOn" date)
      left join lateral (
        select id, review_months from loan_terms t
        where t.retired_at is null and t.borrower = case when x."patientId" is null then 'location' else 'patient' end
        order by (x."dueOn" is null and t.weeks is null) desc, t.is_default desc, t.id limit 1) t on true
    ), i as (
      insert into loan_item (id, loan_id, device_id, issued_at, issue_given_on, condition_out)
      select id, "loanId", "deviceId", ("issuedOn" + time '12:00') at time zone 'Europe/London', "issuedOn", condition
      from jsonb_to_recordset(${JSON.stringify(items)}::jsonb)
        x (id uuid, "loanId" uuid, "deviceId" uuid, "issuedOn" date, condition text)
    )
    insert into data_plan (id, device_id, network, iccid, msisdn, duration_months, activated_on, expires_on, created_at, changed_at)
    select id, "deviceId", network, iccid, msisdn,
      coalesce(greatest(1, ceil(("endsOn" - "issuedOn") / 30.44)::int), 12), case when "endsOn" is not null then least("issuedOn", "endsOn") end,
      "endsOn", ${at}::timestamptz, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(plans)}::jsonb)
      x (id uuid, "deviceId" uuid, network text, iccid text, msisdn text, "issuedOn" date, "endsOn" date)`;
  return plans;
}
