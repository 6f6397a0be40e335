import { sql } from 'kysely';
import { hasSafeWay } from '../patients/patient.rules.ts';
import type { ReferralStatus } from '../referrals/referral.rules.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { loanReference, newId } from '../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { insertFollowUps } from '../support/follow-up.commands.ts';
import {
  accessoryWords,
  extrasErrors,
  type IssueExtras,
  type KitGap,
  kitGapsOf,
  placeOf,
  wantedOf,
} from './issue-kit.rules.ts';
import { notAvailable } from './loan.queries.ts';
import {
  type AskedItem,
  assertReferralWaits,
  type DeviceToIssue,
  dateErrors,
  dueDate,
  issueWarnings,
  mayGoOut,
  needsMet,
  readInput,
} from './loan.rules.ts';
import type { LoanIssued, NewLoan } from './loan.schemas.ts';
import { lendAccessories } from './loan-accessory.commands.ts';
import { extrasJson } from './loan-accessory.queries.ts';

/**
 * Issues devices on one loan, all or none: the loan with its accepted agreement, its items, the
 * devices on loan, the referral's needs met, and the follow-ups of the support plan counted from
 * the handover. The same few statements whatever the number of items; one more for accessories.
 * @throws Problem `invalid`, `not-found`, `device-not-available` (with each device in the way and
 * the loan that holds it), `referral-not-waiting`, `kit-incomplete`, `accessories-short`
 */
export async function issueLoan(deps: Deps, ctx: Context, input: NewLoan): Promise<LoanIssued> {
  const day = today(deps.clock);
  const handover = input.handover ?? { way: 'in_person', on: day };
  const asked = readInput(input);
  return command(deps, ctx, async (trx) => {
    const found = await lockForIssue(trx, input, asked);
    const terms = { ...input, handoverOn: handover.on, today: day, weeks: found.weeks };
    const errors = [
      ...missing(input, asked, found),
      ...extrasErrors(input, found.extras),
      ...dateErrors(terms),
    ];
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
    const kitGaps = kitGapsOf(found.extras.kit, devices, input);
    const wanted = wantedOf(input, found.extras);
    const stockLocationId = wanted.length ? placeOf(wanted, input.stockLocationId) : null;

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
      kitId: input.kitId ?? null,
      kitGaps,
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
        ...(wanted.length && { accessory: accessoryWords(wanted) }),
        ...(found.extras.kit && { kit: found.extras.kit.name }),
      },
    });
    if (stockLocationId)
      await lendAccessories(trx, deps, ctx, { loanId: loan.id, wanted, locationId: stockLocationId });
    const warnings = issueWarnings(devices, dueOn, !found.patient || hasSafeWay(found.patient.contactPoints));
    const accessories = wanted.map(({ kind, quantity }) => ({ kind, quantity }));
    const { id, reference } = loan;
    return { id, reference, status: 'open', dueOn, items, accessories, followUps, warnings };
  });
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
  extras: IssueExtras;
};

/** Reads and locks all that an issue depends on, in the one order of locks: patient, referral, devices by id. */
async function lockForIssue(trx: Trx, input: NewLoan, asked: AskedItem[]): Promise<Found> {
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
      select id, asset_tag, kind, status, condition from device
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
          'condition', dev.condition, 'hasDataPlan', s.id is not null, 'hasActiveData', s.status is not distinct from 'active', 'dataExpiresOn', s.expires_on,
          'heldFor', (select referral_id from allocation a where a.device_id = dev.id and a.status = 'held')))
        from dev left join data_plan s on s.device_id = dev.id and s.status <> 'ended'), '[]') as devices,
      ${extrasJson(input)} as extras,
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
function missing(input: NewLoan, asked: AskedItem[], found: Found): FieldError[] {
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
  kitId: string | null;
  kitGaps: KitGap[];
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
        agreement_version_id, agreement_text, accepted_by, witness, signature, support_plan_id, kit_id, kit_gaps, changed_at)
      select ${loan.id}, ${loan.reference}, ${loan.patientId}, ${loan.referralId}, ${loan.locationId}, ${loan.at}::timestamptz, ${loan.dueOn}::date,
        ${loan.handover.way}, ${loan.handover.on}::date, ${loan.termsId}, a.id, a.body, ${loan.agreement.acceptedBy},
        ${loan.agreement.witness ?? null}, ${loan.agreement.signature ?? null}, (select id from plan),
        ${loan.kitId}::uuid, ${JSON.stringify(loan.kitGaps)}::jsonb, ${loan.at}::timestamptz
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
