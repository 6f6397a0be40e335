import { sql } from 'kysely';
import { hasOpenCheck } from '../devices/check.queries.ts';
import { hasSafeWay } from '../patients/patient.rules.ts';
import type { ReferralStatus } from '../referrals/referral.rules.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { loanReference, newId, readAssetTag } from '../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { insertFollowUps } from '../support/follow-up.commands.ts';
import {
  acceptanceErrors,
  assertReferralWaits,
  type DeviceToIssue,
  dateErrors,
  dueDate,
  issueWarnings,
  mayGoOut,
  needsMet,
  whyNot,
} from './loan.rules.ts';
import type { LoanIssued, NewLoan } from './loan.schemas.ts';

/**
 * Issues devices on one loan, all or none: the loan with its accepted agreement, its items, the
 * devices on loan, the referral's needs met, and the follow-ups of the support plan counted from
 * the handover. The same few statements whatever the number of items.
 * @throws Problem `invalid`, `not-found`, `device-not-available` (with each device in the way and
 * the loan that holds it), `referral-not-waiting`
 */
export async function issueLoan(deps: Deps, ctx: Context, input: NewLoan): Promise<LoanIssued> {
  const day = today(deps.clock);
  const handover = input.handover ?? { way: 'in_person', on: day };
  const asked = readInput(input);
  return command(deps, ctx, async (trx) => {
    const found = await lockForIssue(trx, input, asked, day);
    const terms = { ...input, handoverOn: handover.on, today: day, weeks: found.weeks };
    const errors = [...missing(input, asked, found), ...dateErrors(terms)];
    if (errors.length) throw new Problem('invalid', { errors });
    const devices = asked.map(
      (one) =>
        found.devices.find((device) => device.assetTag === one.assetTag || device.id === one.deviceId)!,
    );
    if (new Set(devices).size < devices.length)
      throw invalid({ pointer: '/items', message: 'Name each device only once.' });
    const stopped = devices.filter((device) => !mayGoOut(device, input.referralId ?? null));
    if (stopped.length) throw await notAvailable(trx, stopped);
    if (found.referral) assertReferralWaits(found.referral.status);

    const dueOn = dueDate(terms);
    const loan = {
      id: newId(),
      reference: loanReference(found.number),
      patientId: found.patient?.id ?? null,
      referralId: input.referralId ?? null,
      locationId: input.locationId ?? null,
      dueOn,
      handover,
      planId: found.patient && (input.supportPlan ?? found.planId),
      agreement: input.agreement,
      agreementId: found.agreementId,
      termsId: found.termsId,
      at: timestamp(deps.clock),
    };
    const { items, planId } = await insertLoan(trx, loan, devices, needsMet(devices));
    const followUps = planId
      ? await insertFollowUps(trx, deps, {
          patientId: found.patient!.id,
          loanId: loan.id,
          referralId: input.referralId,
          planId,
          from: handover.on,
        })
      : [];
    const subjects: [SubjectType, string | null][] = [
      ['loan', loan.id],
      ['patient', loan.patientId],
      ['referral', loan.referralId],
      ['location', loan.locationId],
      ...devices.map(({ id }) => ['device', id] as [SubjectType, string]),
    ];
    await recordEvent(trx, deps, ctx, {
      type: 'loan.issued',
      subjects: subjects.filter((subject): subject is [SubjectType, string] => subject[1] !== null),
      values: {
        reference: loan.reference,
        assetTags: devices.map(({ assetTag }) => assetTag),
        dueOn,
        handoverWay: handover.way,
        handoverOn: handover.on,
        acceptedBy: input.agreement.acceptedBy,
        agreementVersion: found.agreementVersion,
      },
    });
    const warnings = issueWarnings(devices, dueOn, !found.patient || hasSafeWay(found.patient.contactPoints));
    return { id: loan.id, reference: loan.reference, status: 'open', dueOn, items, followUps, warnings };
  });
}

type Asked = { assetTag?: string; deviceId?: string };

/** The request beyond its form: one borrower, and each item by one of its two names. */
function readInput(input: NewLoan): Asked[] {
  const errors = acceptanceErrors(input.agreement);
  if (!input.items.length) errors.push({ pointer: '/items', message: 'Name at least one device.' });
  if ([input.referralId, input.patientId, input.locationId].filter(Boolean).length !== 1) {
    errors.push({
      pointer: '/referralId',
      message: 'Say who borrows: one of referralId, patientId and locationId.',
    });
  }
  const asked = input.items.map(({ assetTag, deviceId }, place) => {
    const tag = assetTag === undefined ? undefined : readAssetTag(assetTag);
    if (!assetTag === !deviceId)
      errors.push({ pointer: `/items/${place}`, message: 'Give the asset tag or the deviceId.' });
    else if (tag === null)
      errors.push({
        pointer: `/items/${place}/assetTag`,
        message: 'This is not an asset tag: LW- and six characters, the last of which checks the others.',
      });
    return { assetTag: tag ?? undefined, deviceId };
  });
  if (errors.length) throw new Problem('invalid', { errors });
  return asked;
}

type Found = {
  patient: { id: string; contactPoints: { safe: boolean }[] } | null;
  referral: { status: ReferralStatus } | null;
  locationExists: boolean;
  devices: DeviceToIssue[];
  number: number;
  termsId: string;
  weeks: number | null;
  agreementId: string;
  agreementVersion: number;
  planId: string | null;
  planExists: boolean;
};

/** Reads and locks all that an issue depends on, in the one order of locks: patient, referral, devices by id. */
async function lockForIssue(trx: Trx, input: NewLoan, asked: Asked[], day: string): Promise<Found> {
  const tags = asked.flatMap(({ assetTag }) => assetTag ?? []);
  const ids = asked.flatMap(({ deviceId }) => deviceId ?? []);
  const { rows } = await sql<Found>`/* loan.lock-for-issue */
    with pat as materialized (
      select id from patient
      where id = coalesce(${input.patientId ?? null}::uuid, (select patient_id from referral where id = ${input.referralId ?? null}::uuid))
      for no key update
    ), ref as materialized (
      select id, status from referral where id = ${input.referralId ?? null}::uuid and (select count(*) from pat) >= 0 for no key update
    ), dev as materialized (
      select id, asset_tag, kind, status, condition, cycle from device
      where (asset_tag = any(${tags}::text[]) or id = any(${ids}::uuid[])) and (select count(*) from ref) >= 0
      order by id for no key update
    )
    select
      (select json_build_object('id', pat.id, 'contactPoints', coalesce((
        select json_agg(json_build_object('safe', c.safe)) from contact_point c
        where c.patient_id = pat.id and c.stopped_at is null and c.failed_at is null and c.channel <> 'phone'), '[]')) from pat) as patient,
      (select json_build_object('status', status) from ref) as referral,
      exists (select from location where id = ${input.locationId ?? null}::uuid) as "locationExists",
      coalesce((select json_agg(json_build_object('id', dev.id, 'assetTag', dev.asset_tag, 'kind', dev.kind, 'status', dev.status,
          'condition', dev.condition, 'hasDataPlan', s.id is not null, 'dataExpiresOn', s.expires_on,
          'hasOpenCheck', ${hasOpenCheck('dev', day)},
          'heldFor', (select referral_id from allocation a where a.device_id = dev.id and a.status = 'held')))
        from dev left join data_plan s on s.device_id = dev.id and s.status <> 'ended'), '[]') as devices,
      nextval('loan_number') as number,
      t.id as "termsId", t.weeks, a.id as "agreementId", a.version as "agreementVersion",
      (select id from support_plan where is_default) as "planId",
      exists (select from support_plan where id = ${input.supportPlan ?? null}::uuid) as "planExists"
    from loan_terms t, (select id, version from agreement_version order by version desc limit 1) a
    where t.is_default and t.borrower = case when ${input.locationId ?? null}::uuid is null then 'patient' else 'location' end`.execute(
    trx,
  );
  return rows[0]!;
}

/** Names in the request for which there is nothing. */
function missing(input: NewLoan, asked: Asked[], found: Found): FieldError[] {
  const errors: FieldError[] = [];
  const none = (pointer: string, what: string) =>
    errors.push({ pointer, message: `There is no ${what} of this id.` });
  if (input.referralId && !found.referral) none('/referralId', 'referral');
  if (input.patientId && !found.patient) none('/patientId', 'patient');
  if (input.locationId && !found.locationExists) none('/locationId', 'location');
  if (input.supportPlan && !found.planExists) none('/supportPlan', 'support plan');
  asked.forEach(({ assetTag, deviceId }, place) => {
    if (found.devices.some((device) => device.assetTag === assetTag || device.id === deviceId)) return;
    if (deviceId) none(`/items/${place}/deviceId`, 'device');
    else
      errors.push({
        pointer: `/items/${place}/assetTag`,
        message: `There is no device with the tag ${assetTag}.`,
      });
  });
  return errors;
}

/** Who holds the devices in the way: a second statement, since the first one's snapshot may be older than the winner. */
async function notAvailable(trx: Trx, stopped: DeviceToIssue[]): Promise<Problem> {
  const { rows } = await sql<{
    assetTag: string;
    status: DeviceToIssue['status'];
    loanId: string | null;
  }>`/* loan.holders */
    select d.asset_tag as "assetTag", d.status, i.loan_id as "loanId"
    from device d left join loan_item i on i.device_id = d.id and i.ended_at is null
    where d.id = any(${stopped.map(({ id }) => id)}::uuid[]) order by d.asset_tag`.execute(trx);
  const conflicts = rows.map(({ loanId, ...conflict }) => ({
    ...conflict,
    ...(loanId && { loanId }),
    ...((conflict.status === 'ready' || conflict.status === 'reserved') &&
      stopped.some((one) => one.assetTag === conflict.assetTag && one.hasOpenCheck) && {
        hasOpenCheck: true,
      }),
  }));
  return new Problem('device-not-available', { detail: conflicts.map(whyNot).join(' '), conflicts });
}

type LoanToInsert = {
  id: string;
  reference: string;
  patientId: string | null;
  referralId: string | null;
  locationId: string | null;
  dueOn: string | null;
  handover: { way: string; on: string };
  /** The support plan that starts, unless follow-ups of the referral are ahead already. */
  planId: string | null;
  agreement: NewLoan['agreement'];
  agreementId: string;
  termsId: string;
  at: string;
};

/**
 * Writes the loan in one statement: its row, its items, the devices' move, the referral's progress.
 * Whether a support plan starts is asked here and not where the locks are taken: that statement's
 * snapshot may be older than a loan of the same referral it waited for.
 * @returns the items, and the support plan that starts
 */
async function insertLoan(
  trx: Trx,
  loan: LoanToInsert,
  devices: DeviceToIssue[],
  met: string[],
): Promise<{ items: LoanIssued['items']; planId: string | null }> {
  const items = devices.map(({ id: deviceId, assetTag, condition }) => ({
    id: newId(),
    deviceId,
    assetTag,
    condition,
    status: 'on_loan' as const,
  }));
  const { rows } = await sql<{ moved: number; planId: string | null }>`/* loan.insert */
    with plan as (
      select id from support_plan where id = ${loan.planId}::uuid and not exists (
        select from follow_up f where f.referral_id = ${loan.referralId}::uuid and f.status in ('planned', 'confirmed'))
    ), l as (
      insert into loan (id, reference, patient_id, referral_id, location_id, issued_at, due_on, handover_way, handover_on, terms_id,
        agreement_version_id, agreement_text, accepted_by, witness, signature, support_plan_id, changed_at)
      select ${loan.id}, ${loan.reference}, ${loan.patientId}, ${loan.referralId}, ${loan.locationId}, ${loan.at}::timestamptz, ${loan.dueOn}::date,
        ${loan.handover.way}, ${loan.handover.on}::date, ${loan.termsId}, a.id, a.body, ${loan.agreement.acceptedBy},
        ${loan.agreement.witness ?? null}, ${loan.agreement.signature ?? null}, (select id from plan), ${loan.at}::timestamptz
      from agreement_version a where a.id = ${loan.agreementId}
    ), i as (
      insert into loan_item (id, loan_id, device_id, issued_at, condition_out)
      select t.id, ${loan.id}, t.device_id, ${loan.at}::timestamptz, t.condition
      from unnest(${items.map(({ id }) => id)}::uuid[], ${items.map(({ deviceId }) => deviceId)}::uuid[], ${items.map(({ condition }) => condition)}::text[])
        t (id, device_id, condition)
    ), d as (
      update device set status = 'on_loan', changed_at = ${loan.at}::timestamptz
      where id = any(${items.map(({ deviceId }) => deviceId)}::uuid[]) and status in ('ready', 'reserved') returning id
    ), a as (
      update allocation set status = 'issued', ended_at = ${loan.at}::timestamptz
      where status = 'held' and device_id = any(${items.map(({ deviceId }) => deviceId)}::uuid[])
    ), n as (
      update referral_need set status = 'met', settled_at = ${loan.at}::timestamptz
      where referral_id = ${loan.referralId}::uuid and status = 'open'
        and (need = any(${met}::text[]) or (need = 'support' and exists (select from plan)))
    ), r as (
      update referral set status = 'active', changed_at = ${loan.at}::timestamptz where id = ${loan.referralId}::uuid and status = 'waiting'
    )
    select count(*)::int as moved, (select id from plan) as "planId" from d`.execute(trx);
  if (rows[0]!.moved !== items.length) throw new Problem('device-not-available');
  return { items: items.map(({ condition, ...item }) => item), planId: rows[0]!.planId };
}
