import { type RawBuilder, sql } from 'kysely';
import { isAccepted } from '../../referrals/referral.states.ts';
import { referralMove } from '../../referrals/status.commands.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import type { DeviceToIssue } from '../../stock/devices/going-out.rules.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { isAhead } from '../../support/follow-up.states.ts';
import { draftJson, PlanDraft } from '../../support/planning.queries.ts';
import type { KitGap } from './issue-kit.rules.ts';
import type { LoanIssued, NewLoan } from './loan.schemas.ts';

type LoanToInsert = {
  id: string;
  reference: string;
  patientId: string | null;
  referralId: string | null;
  locationId: string | null;
  dueOn: string | null;
  handover: { way: string; on: string };
  /** The support plan that starts, or what finds it, unless follow-ups of the referral are ahead already. */
  planId: string | RawBuilder<unknown> | null;
  agreement: NewLoan['agreement'];
  agreementId: string;
  /** Its words in the language and the format that were shown; null for the English ones. */
  agreementWords: string | null;
  termsId: string;
  reviewMonths: number;
  kitId: string | null;
  kitGaps: KitGap[];
  at: string;
};

/**
 * Writes the loan in one statement: its row, its items, the devices' move, the referral's progress.
 * Whether a support plan starts, and which, is asked here and not where the locks are taken: that statement's
 * snapshot may be older than a loan or a change of needs of the same referral it waited for.
 * @returns the items, the support plan that starts with what its follow-ups are planned by, and when a loan that stays open is looked at again
 */
export async function insertLoan(
  { trx, deps }: Work,
  loan: LoanToInsert,
  devices: DeviceToIssue[],
  met: string[],
): Promise<{
  items: LoanIssued['items'];
  plan: { versionId: string; draft: PlanDraft } | null;
  reviewOn: string | null;
}> {
  const items = devices.map(({ id: deviceId, assetTag, condition }) => ({
    id: newId(),
    deviceId,
    assetTag,
    condition,
    status: 'on_loan' as const,
  }));
  const draft = loan.patientId
    ? draftJson(deps.clock, {
        patientId: loan.patientId,
        versionId: sql`(select id from plan)`,
        from: loan.handover.on,
        dueOn: loan.dueOn,
      })
    : sql`null`;
  const row = await one(trx, 'loan.insert', {
    moved: col.number,
    planVersionId: col.orNull(col.text),
    draft: col.orNull(col.object(PlanDraft)),
    reviewOn: col.orNull(col.text),
  })`
    with plan as (
      select id from support_plan_version where plan_id = ${loan.planId}::uuid and not exists (
        select from follow_up f where f.referral_id = ${loan.referralId}::uuid and ${isAhead('f')})
      order by version desc limit 1
    ), l as (
      insert into loan (id, reference, patient_id, referral_id, location_id, issued_at, due_on, review_on, handover_way, handover_on, terms_id,
        agreement_version_id, agreement_text, agreement_language, agreement_format, agreement_large_print, accepted_by, witness, signature, kit_id, kit_gaps, changed_at)
      select ${loan.id}, ${loan.reference}, ${loan.patientId}, ${loan.referralId}, ${loan.locationId}, ${loan.at}::timestamptz, ${loan.dueOn}::date,
        case when ${loan.dueOn}::date is null then working_day_from((${loan.handover.on}::date + make_interval(months => ${loan.reviewMonths}::int))::date) end,
        ${loan.handover.way}, ${loan.handover.on}::date, ${loan.termsId}, a.id, coalesce(${loan.agreementWords}, a.body),
        ${loan.agreement.language ?? 'en'}, ${loan.agreement.format ?? 'standard'}, ${loan.agreement.largePrint ?? false}, ${loan.agreement.acceptedBy},
        ${loan.agreement.witness ?? null}, ${loan.agreement.signature ?? null},
        ${loan.kitId}::uuid, ${JSON.stringify(loan.kitGaps)}::jsonb, ${loan.at}::timestamptz
      from agreement_version a where a.id = ${loan.agreementId} returning review_on
    ), i as (
      insert into loan_item (id, loan_id, device_id, issued_at, issue_given_on, condition_out)
      select t.id, ${loan.id}, t.device_id, ${loan.at}::timestamptz, ${loan.handover.on}::date, t.condition
      from unnest(${items.map(({ id }) => id)}::uuid[], ${items.map(({ deviceId }) => deviceId)}::uuid[], ${items.map(({ condition }) => condition)}::text[])
        t (id, device_id, condition)
    ), d as (
      ${deviceMove(['issue', 'issue to its referral'], {
        which: sql`d.id = any(${items.map(({ deviceId }) => deviceId)}::uuid[])`,
        at: loan.at,
      })} returning d.id
    ), a as (
      update allocation set status = 'issued', ended_at = ${loan.at}::timestamptz
      where status = 'held' and device_id = any(${items.map(({ deviceId }) => deviceId)}::uuid[])
    ), n as (
      update referral_need set status = 'met', settled_at = ${loan.at}::timestamptz
      where referral_id = ${loan.referralId}::uuid and status = 'open'
        and (need = any(${met}::text[]) or (need = 'support' and exists (select from plan)))
    ), r as (
      ${referralMove('active', { which: sql`r.id = ${loan.referralId}::uuid and ${isAccepted('r')}`, at: loan.at })}
    )
    select count(*)::int as moved, (select id from plan) as "planVersionId", (select review_on from l) as "reviewOn", ${draft} as draft from d`;
  if (row.moved !== items.length) throw new Problem('device-not-available');
  const { planVersionId: versionId, draft: read, reviewOn } = row;
  const plan = versionId && read ? { versionId, draft: read } : null;
  return { items: items.map(({ condition, ...item }) => item), plan, reviewOn };
}
