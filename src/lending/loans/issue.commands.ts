import { renderingInUse } from '../../messages/renderings/rendering.queries.ts';
import { hasSafeWay } from '../../people/patient.rules.ts';
import { holdersOf } from '../../referrals/allocations/allocation.queries.ts';
import { needsMet } from '../../referrals/needs-met.rules.ts';
import { assertReferralWaits, referralStatuses } from '../../referrals/referral.rules.ts';
import { closedJson } from '../../scheme/calendar/calendar.queries.ts';
import { ClosedDay, closedWarnings } from '../../scheme/calendar/calendar.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { loanReference, newId } from '../../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { one } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { hasOpenCheck } from '../../stock/devices/check.queries.ts';
import { unfitJson } from '../../stock/devices/fitness.queries.ts';
import { isUnseen } from '../../stock/devices/fitness.rules.ts';
import {
  assertUpdatesLast,
  type DeviceToIssue,
  DeviceToLend,
  mayGoOut,
} from '../../stock/devices/going-out.rules.ts';
import { hasActiveData } from '../../stock/devices/scan.queries.ts';
import { markSeen } from '../../stock/devices/seen.commands.ts';
import { updatesJson } from '../../stock/devices/updates.queries.ts';
import { beginPlan } from '../../support/patient-plan.commands.ts';
import { planOfIssue } from '../../support/plan.queries.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { dueByTerms } from '../terms/terms.queries.ts';
import { shownIn, wordsErrors } from './agreement-words.rules.ts';
import { subjectsOfLoan } from './ending.commands.ts';
import {
  accessoryWords,
  extrasErrors,
  IssueExtras,
  kitGapsOf,
  placeOf,
  wantedOf,
} from './issue-kit.rules.ts';
import { backOn, notAvailable } from './loan.queries.ts';
import { type AskedItem, dateErrors, dueDate, issueWarnings, readInput } from './loan.rules.ts';
import type { LoanIssued, NewLoan } from './loan.schemas.ts';
import { lendAccessories } from './loan-accessory.commands.ts';
import { extrasJson } from './loan-accessory.queries.ts';
import { arrivalWarnings, outAgainFault } from './loan-days.rules.ts';
import { insertLoan } from './loan-insert.commands.ts';

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
  return command(deps, ctx, async (work) => {
    const found = await lockForIssue(work.trx, input, asked, { day, handoverOn: handover.on });
    const usualDueOn = found.terms?.dueOn ?? null;
    const terms = { ...input, handoverOn: handover.on, today: day, usualDueOn };
    const errors = [
      ...missing(input, asked, found),
      ...extrasErrors(input, found.extras),
      ...dateErrors(terms),
      ...overlaps(found.devices, handover.on),
    ];
    if (errors.length) throw new Problem('invalid', { errors });
    const devices = asked.map(
      (one) =>
        found.devices.find((device) => device.assetTag === one.assetTag || device.id === one.deviceId)!,
    );
    if (new Set(devices).size < devices.length)
      throw invalid({ pointer: '/items', message: 'Name each device only once.' });
    await readHolders(work.trx, devices);
    const stopped = devices.filter((device) => !mayGoOut(device, input.referralId ?? null));
    if (stopped.length) throw await notAvailable(work.trx, stopped);
    if (found.referral) assertReferralWaits(found.referral.status);
    const dueOn = dueDate(terms);
    assertUpdatesLast(devices, dueOn);
    const kitGaps = kitGapsOf(found.extras.kit, devices, input);
    const wanted = wantedOf(input, found.extras);
    const stockLocationId = wanted.length ? placeOf(wanted, input.stockLocationId) : null;

    const loan = {
      id: newId(),
      reference: loanReference(found.number),
      patientId: found.patient?.id ?? null,
      referralId: input.referralId ?? null,
      locationId: input.locationId ?? null,
      dueOn,
      handover,
      planId: found.patient && planFor(input),
      agreement: input.agreement,
      agreementId: found.agreementId,
      agreementWords: found.rendering?.text ?? null,
      termsId: found.terms!.id,
      reviewMonths: found.terms!.reviewMonths,
      kitId: input.kitId ?? null,
      kitGaps,
      at: work.at,
    };
    await markSeen(work, devices.filter(isUnseen));
    const { items, plan, reviewOn } = await insertLoan(work, loan, devices, needsMet(devices));
    const begins = { loanId: loan.id, referralId: input.referralId, from: handover.on, dueOn };
    const followUps = plan ? await beginPlan(work, { ...begins, ...plan, patientId: found.patient!.id }) : [];
    const deviceIds = devices.map(({ id }) => id);
    await recordEvent(work, {
      type: 'loan.issued',
      subjects: subjectsOfLoan(loan, deviceIds),
      values: {
        reference: loan.reference,
        assetTags: devices.map(({ assetTag }) => assetTag),
        dueOn,
        ...(reviewOn ? { reviewOn } : {}),
        handoverWay: handover.way,
        handoverOn: handover.on,
        acceptedBy: input.agreement.acceptedBy,
        agreementVersion: found.agreementVersion,
        ...(wanted.length && { accessory: accessoryWords(wanted) }),
        ...(found.extras.kit && { kit: found.extras.kit.name }),
      },
    });
    if (input.referralId && found.referral?.hasExpired)
      await completeTasksAbout(work, ['allocation_expired'], [input.referralId]);
    if (stockLocationId)
      await lendAccessories(work, { loanId: loan.id, wanted, locationId: stockLocationId });
    const isReached = !found.patient || hasSafeWay(found.patient.contactPoints);
    const warnings = [
      ...issueWarnings(devices, dueOn, isReached),
      ...arrivalWarnings(handover.on, devices),
      ...closedWarnings(found.closed),
    ];
    const accessories = wanted.map(({ kind, quantity }) => ({ kind, quantity }));
    const { id, reference } = loan;
    return { id, reference, status: 'open', dueOn, reviewOn, items, accessories, followUps, warnings };
  });
}

const Found = {
  patient: col.orNull(
    col.object({ id: col.text, contactPoints: col.listOf(col.object({ safe: col.boolean })) }),
  ),
  referral: col.orNull(col.object({ status: col.oneOf(referralStatuses), hasExpired: col.boolean })),
  locationExists: col.boolean,
  devices: col.listOf(col.object({ ...DeviceToLend, backOn: col.orNull(col.text), arrivedOn: col.text })),
  number: col.number,
  /** As asked for, or the default of the borrower; null when there are none of this id for this borrower. */
  terms: col.orNull(col.object({ id: col.text, dueOn: col.orNull(col.text), reviewMonths: col.number })),
  /** Of the day that was chosen, where the desk is closed on it. */
  closed: col.orNull(col.object(ClosedDay)),
  agreementId: col.text,
  agreementVersion: col.number,
  /** The agreement in the language and the format that were asked for; null where it is not there, or the original is meant. */
  rendering: col.orNull(col.object({ version: col.number, text: col.text })),
  planExists: col.boolean,
  extras: col.object(IssueExtras),
};
type Found = RowOf<typeof Found>;

/** The support plan as asked for, null for none; where nothing is said, the one that is usual for this loan. */
const planFor = ({ supportPlan, kitId, termsId, referralId }: NewLoan) =>
  supportPlan === undefined
    ? planOfIssue({ kitId: kitId ?? null, termsId: termsId ?? null, referralId: referralId ?? null })
    : supportPlan;

/** Reads and locks all that an issue depends on, in the one order of locks: patient, referral, devices by id. */
async function lockForIssue(
  trx: Trx,
  input: NewLoan,
  asked: AskedItem[],
  { day, handoverOn }: { day: string; handoverOn: string },
): Promise<Found> {
  const tags = asked.flatMap(({ assetTag }) => assetTag ?? []);
  const ids = asked.flatMap(({ deviceId }) => deviceId ?? []);
  return one(trx, 'loan.lock-for-issue', Found)`
    with pat as materialized (
      select id from patient
      where id = coalesce(${input.patientId ?? null}::uuid, (select patient_id from referral where id = ${input.referralId ?? null}::uuid))
      for no key update
    ), ref as materialized (
      select id, status from referral where id = ${input.referralId ?? null}::uuid and (select count(*) from pat) >= 0 for no key update
    ), dev as materialized (
      select id, asset_tag, kind, status, condition, cycle, cycle_started_on, missed_on, donation_id, updates_end_on from device
      where (asset_tag = any(${tags}::text[]) or id = any(${ids}::uuid[])) and (select count(*) from ref) >= 0
      order by id for no key update
    )
    select
      (select json_build_object('id', pat.id, 'contactPoints', coalesce((
        select json_agg(json_build_object('safe', c.safe)) from contact_point c
        where c.patient_id = pat.id and c.stopped_at is null and c.failed_at is null and c.channel <> 'phone'), '[]')) from pat) as patient,
      (select json_build_object('status', status, 'hasExpired', exists (
        select from task t where t.kind = 'allocation_expired' and t.subject_id = ref.id and t.status = 'open')) from ref) as referral,
      exists (select from location where id = ${input.locationId ?? null}::uuid) as "locationExists",
      coalesce((select json_agg(json_build_object('id', dev.id, 'assetTag', dev.asset_tag, 'kind', dev.kind, 'status', dev.status,
          'condition', dev.condition, 'hasDataPlan', s.id is not null, 'hasActiveData', ${hasActiveData(day)}, 'dataExpiresOn', s.expires_on,
          'hasOpenCheck', ${hasOpenCheck('dev', day)}, 'unfit', ${unfitJson('dev', day)}, 'updates', ${updatesJson('dev', day)},
          'heldFor', (select referral_id from allocation a where a.device_id = dev.id and a.status = 'held'), 'backOn', ${backOn('dev')},
          'arrivedOn', (select received_on from donation where id = dev.donation_id)))
        from dev left join data_plan s on s.device_id = dev.id and ${isInUse('s')}), '[]') as devices,
      ${extrasJson(input)} as extras,
      nextval('code_number') as number,
      (select json_build_object('id', t.id, 'dueOn', ${dueByTerms(handoverOn)}, 'reviewMonths', coalesce(t.review_months, 1)) from loan_terms t
        where t.borrower = case when ${input.locationId ?? null}::uuid is null then 'patient' else 'location' end and t.retired_at is null
          and case when ${input.termsId ?? null}::uuid is null then t.is_default else t.id = ${input.termsId ?? null}::uuid end) as terms,
      ${closedJson(input.dueOn ?? null)} as closed, a.id as "agreementId", a.version as "agreementVersion",
      ${renderingInUse('agreement', shownIn(input.agreement))} as rendering,
      exists (select from support_plan where id = ${input.supportPlan ?? null}::uuid and retired_at is null) as "planExists"
    from (select id, version from agreement_version order by version desc limit 1) a`;
}

/** Names in the request for which there is nothing. */
function missing(input: NewLoan, asked: AskedItem[], found: Found): FieldError[] {
  const errors: FieldError[] = [];
  const none = (pointer: string, what: string) =>
    errors.push({ pointer, message: `There is no ${what} of this id.` });
  if (input.referralId && !found.referral) none('/referralId', 'referral');
  if (input.patientId && !found.patient) none('/patientId', 'patient');
  if (input.locationId && !found.locationExists) none('/locationId', 'location');
  if (input.termsId && !found.terms)
    errors.push({ pointer: '/termsId', message: 'These terms are not in use for this borrower.' });
  const read = input.agreement.version;
  if (read && read !== found.agreementVersion)
    errors.push({
      pointer: '/agreement/version',
      message: `Version ${found.agreementVersion} of the agreement is in use. Read that one, then issue.`,
    });
  errors.push(...wordsErrors(input.agreement, found.rendering));
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

/** The devices that were still with someone else on the day of the handover. */
function overlaps(devices: Found['devices'], handoverOn: string): FieldError[] {
  const faults = devices.flatMap((device) => outAgainFault(handoverOn, device) ?? []);
  return faults.length ? [{ pointer: '/handover/on', message: faults.join(' ') }] : [];
}

/** Whom reserved devices are held for, asked again: the statement that locks them may have an older snapshot. */
async function readHolders(trx: Trx, devices: DeviceToIssue[]): Promise<void> {
  const reserved = devices.filter(({ status }) => status === 'reserved');
  if (!reserved.length) return;
  const holders = await holdersOf(
    trx,
    reserved.map(({ id }) => id),
  );
  for (const device of reserved)
    device.heldFor = holders.find(({ deviceId }) => deviceId === device.id)?.referralId ?? null;
}
