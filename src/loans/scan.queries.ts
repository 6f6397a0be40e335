import { sql } from 'kysely';
import { hasOpenCheck } from '../devices/check.queries.ts';
import { unfitJson } from '../devices/fitness.queries.ts';
import type { NeedStatus } from '../referrals/need.rules.ts';
import type { Reader } from '../shared/database.ts';
import { readAssetTag } from '../shared/ids.ts';
import { uuid } from '../shared/validation.ts';
import { planOfIssue } from '../support/plan.queries.ts';
import type { Scanned } from './scan.rules.ts';

/** Whether the data plan `s` that has not ended is active and runs on a civil date. */
export const hasActiveData = (day: string | null) =>
  sql<boolean>`(s.status is not distinct from 'active' and coalesce(s.expires_on > ${day}::date, true))`;

/**
 * What scans or typed labels name, in their order: each an asset tag, an IMEI, a serial number
 * (of several with one number the newest) or a device's id. One statement, however many.
 * @param day the civil date on which it would go out; without it a check that ran out counts only
 * once the night has seen it, and data that is over does not
 */
export async function findScanned(db: Reader, codes: string[], day?: string): Promise<Scanned[]> {
  if (!codes.length) return [];
  const typed = codes.map((code) => code.trim());
  const { rows } = await sql<Scanned>`
    select c.code, case when d.id is not null then json_build_object(
      'id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model, 'status', d.status, 'condition', d.condition,
      'openChecks', case when d.status in ('in_preparation', 'reserved') then open_checks(d.id, d.kind, d.cycle) else '{}' end,
      'hasOpenCheck', ${hasOpenCheck('d', day ?? null)}, 'unfit', ${unfitJson('d', day ?? null)},
      'hasDataPlan', s.id is not null, 'hasActiveData', ${hasActiveData(day ?? null)}, 'dataExpiresOn', s.expires_on,
      'heldFor', (select a.referral_id from allocation a where a.device_id = d.id and a.status = 'held'),
      'loan', (select json_build_object('id', l.id, 'reference', l.reference, 'itemId', i.id)
        from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and i.ended_at is null)) end as device
    from unnest(${typed}::text[], ${typed.map(readAssetTag)}::text[], ${typed.map((code) => (uuid.test(code) ? code : null))}::uuid[])
      with ordinality c (code, tag, id, place)
    left join lateral (
      select f.id from (
        select id, 1 as rank from device where asset_tag = c.tag
        union all select id, 2 from device where imei = c.code
        union all select id, 3 from device where upper(serial_number) = upper(c.code)
        union all select id, 4 from device where id = c.id
      ) f order by f.rank, f.id desc limit 1
    ) f on true
    left join device d on d.id = f.id
    left join data_plan s on s.device_id = d.id and s.status <> 'ended'
    order by c.place`.execute(db);
  return rows;
}

export type IssueTerms = {
  agreement: { version: number; body: string };
  /** Whether follow-ups of the referral are ahead already; no other plan begins then. */
  isPlanned: boolean;
  /** The need for support, with the reason where one was given; null when it was never asked for. */
  support: { status: NeedStatus; reason: string | null } | null;
  /** The support plan that usually starts with the loan, its steps on their dates; null for none. */
  plan: {
    name: string;
    steps: { step: string; dueOn: string | null; days: number; way: string; minutes: number }[];
  } | null;
};

/** The agreement and the support plan that a loan for a referral usually gets with this kit, counted from the civil date of the handover. */
export async function issueTerms(
  db: Reader,
  referralId: string,
  kitId: string | null,
  handoverOn: string,
): Promise<IssueTerms> {
  const { rows } = await sql<IssueTerms>`
    select json_build_object('version', a.version, 'body', a.body) as agreement,
      exists (select from follow_up f where f.referral_id = ${referralId} and f.status in ('planned', 'confirmed')) as "isPlanned",
      (select json_build_object('status', n.status, 'reason', n.reason) from referral_need n
        where n.referral_id = ${referralId} and n.need = 'support') as support,
      (select json_build_object('name', p.name, 'steps', (
          select json_agg(json_build_object('step', s.step, 'way', s.way, 'minutes', s.minutes,
            'dueOn', case when s.counted_from = 'start' then working_day_from(${handoverOn}::date + s.days) end, 'days', s.days) order by s.position)
          from support_plan_step s where s.version_id = (
            select v.id from support_plan_version v where v.plan_id = p.id order by v.version desc limit 1)))
        from support_plan p where p.id = ${planOfIssue({ kitId, termsId: null, referralId })}) as plan
    from (select version, body from agreement_version order by version desc limit 1) a`.execute(db);
  return rows[0]!;
}
