import { sql } from 'kysely';
import { patientJson } from '../../people/patient.queries.ts';
import { trustedJson } from '../../people/trusted.queries.ts';
import { TrustedShown } from '../../people/trusted.rules.ts';
import { isOpenReferral } from '../../referrals/referral.states.ts';
import { addDays, type Clock, today } from '../../shared/clock.ts';
import { readReferences } from '../../shared/codes.ts';
import { jsonInstant, type Reader } from '../../shared/database.ts';
import {
  byId,
  bySort,
  type ListPage,
  noDay,
  readCursor,
  type SortColumn,
  toPage,
} from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import { DeviceToIssue, whyNot } from '../../stock/devices/going-out.rules.ts';
import { didHappen } from '../incidents/incident.states.ts';
import { itemStatuses, loanStatuses, soonDays } from './loan.rules.ts';
import { Loan, type LoanQuery, LoanSummary } from './loan.schemas.ts';
import { isOpenLoan, isOut, itemWasLent, wasLent } from './loan.states.ts';
import { loanAccessoriesJson, loanKitJson } from './loan-accessory.queries.ts';
import { mistakes } from './taking-back.rules.ts';

const columns = (
  day: string,
) => sql`l.id, l.reference, l.status, l.handover_on as "issuedOn", l.issued_at as "issuedAt", l.due_on as "dueOn", l.review_on as "reviewOn", l.closed_on as "closedOn", l.closed_at as "closedAt",
  coalesce(${isOpenLoan('l')} and l.due_on < ${day}, false) as overdue,
  case when p.id is not null then ${patientJson} end as patient,
  case when b.id is not null then json_build_object('id', b.id, 'name', b.name) end as location,
  (select json_agg(json_build_object('id', i.id, 'deviceId', d.id, 'assetTag', d.asset_tag, 'status', i.status, 'kind', d.kind,
      'make', d.make, 'model', d.model) order by i.id)
    from loan_item i join device d on d.id = i.device_id where i.loan_id = l.id and i.swapped_for is null) as items`;
const tables = sql`loan l left join patient p on p.id = l.patient_id left join location b on b.id = l.location_id`;

const sorts: Record<'issued' | 'due', SortColumn<LoanSummary>> = {
  issued: { by: sql`l.handover_on`, kind: 'date', of: ({ issuedOn }) => issuedOn },
  due: { by: sql`coalesce(l.due_on, ${sql.lit(noDay)})`, kind: 'date', of: ({ dueOn }) => dueOn ?? noDay },
};

/** Loans: the newest first, by a column, or those overdue, due soon or to be reviewed with the earliest date first. */
export async function listLoans(db: Reader, clock: Clock, query: LoanQuery): Promise<ListPage<LoanSummary>> {
  const day = today(clock);
  const sorted = bySort(sorts, sql`l.id`, query);
  if (query.due && !sorted) {
    const [due, id] = readCursor(query.after, ['date', 'uuid']) ?? [];
    const on = query.due === 'review' ? sql`l.review_on` : sql`l.due_on`;
    const rows = await many(db, each('loan.list'), LoanSummary.properties)`
      select ${columns(day)} from ${tables}
      where ${within(query, day)} ${due ? sql`and (${on}, l.id) > (${due}::date, ${id!}::uuid)` : sql``}
      order by ${on}, l.id limit ${query.limit + 1}`;
    return toPage(rows, query.limit, (row) => [(query.due === 'review' ? row.reviewOn : row.dueOn)!, row.id]);
  }
  const { follows, by, key } = sorted ?? byId(sql`l.id`, query);
  const rows = await many(db, each('loan.list.2'), LoanSummary.properties)`
    select ${columns(day)} from ${tables}
    where ${within(query, day)} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, key);
}

/** How many loans the list has in all. */
export async function countLoans(
  db: Reader,
  clock: Clock,
  query: Pick<LoanQuery, 'status' | 'due'>,
): Promise<number> {
  return countOf(db, each('loan.count'))`from loan l where ${within(query, today(clock))}`;
}

/** The filter of a list, in one place so that the count agrees with it. */
function within({ status, due }: Pick<LoanQuery, 'status' | 'due'>, day: string) {
  if (due) return isDueIn(due, day);
  return status ? sql`l.status = ${status}` : wasLent('l');
}

/** That the loan `l` is overdue, due soon, or to be looked at again, on a civil date. */
export function isDueIn(due: NonNullable<LoanQuery['due']>, day: string) {
  if (due === 'overdue') return sql`${isOpenLoan('l')} and l.due_on < ${day}`;
  if (due === 'soon')
    return sql`${isOpenLoan('l')} and l.due_on between ${day} and ${addDays(day, soonDays)}`;
  return sql`${isOpenLoan('l')} and l.review_on <= ${day}`;
}

/**
 * One loan with its items, agreement and follow-ups.
 * @throws Problem `not-found`
 */
export async function getLoan(db: Reader, clock: Clock, id: string): Promise<Loan> {
  const row = await maybe(db, 'loan.get', Loan.properties)`
    select ${columns(today(clock))}, l.changed_at as "changedAt", l.extensions,
      (select json_build_object('id', t.id, 'name', t.name) from loan_terms t where t.id = l.terms_id) as terms,
      (select json_build_object('id', r.id, 'reference', r.reference) from referral r where r.id = l.referral_id) as referral,
      ${loanAccessoriesJson} as accessories, ${loanKitJson} as kit, l.kit_gaps as "kitGaps",
      json_build_object('way', l.handover_way, 'on', l.handover_on) as handover,
      json_build_object('version', a.version, 'text', l.agreement_text, 'language', l.agreement_language, 'format', l.agreement_format,
        'largePrint', l.agreement_large_print, 'acceptedBy', l.accepted_by, 'witness', l.witness) as agreement,
      coalesce((select json_agg(json_build_object('itemId', i.id, 'reason', i.end_reason, 'words', i.end_words) order by i.id)
        from loan_item i where i.loan_id = l.id and i.end_reason is not null), '[]') as reasons,
      coalesce((select json_agg(json_build_object('id', f.id, 'step', f.step, 'dueOn', f.due_on, 'status', f.status) order by f.due_on, f.id)
        from follow_up f where f.loan_id = l.id), '[]') as "followUps"
    from ${tables} left join agreement_version a on a.id = l.agreement_version_id where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** What of a loan came back, for the page of returns. */
const Back = {
  deviceId: col.text,
  assetTag: col.text,
  condition: col.orNull(col.text),
  loanId: col.text,
  reference: col.text,
  loanStatus: col.oneOf(loanStatuses),
};

/** What was taken back last on a civil date, the latest first; at most 10. */
export async function backOnDay(db: Reader, day: string): Promise<RowOf<typeof Back>[]> {
  return many(db, 'loan.back-on-day', Back)`
    select d.id as "deviceId", d.asset_tag as "assetTag", i.condition_in as condition, l.id as "loanId", l.reference, l.status as "loanStatus"
    from loan_item i join device d on d.id = i.device_id join loan l on l.id = i.loan_id
    where i.status = 'returned' and i.ended_on = ${day} order by i.ended_at desc, i.id desc limit 10`;
}

/** The id of the loan with this reference, as typed or scanned. */
export async function findLoanByReference(
  db: Reader,
  text: string,
): Promise<{ id: string; reference: string } | undefined> {
  const reference = readReferences(text).find((one) => one.startsWith('L-'));
  if (!reference) return undefined;
  return maybe(
    db,
    'loan.by-reference',
    db.selectFrom('loan').select(['id', 'reference']).where('reference', '=', reference),
  );
}

/** The day on which a device, however it is called, was last back with us; null where nobody has had it. What was lost or on its way came back when its cycle began. */
export const backOn = (device: string) => sql`(
  select case when o.status in ('lost', 'replaced') then greatest(o.ended_on, ${sql.ref(`${device}.cycle_started_on`)}) else o.ended_on end
  from loan_item o where o.device_id = ${sql.ref(`${device}.id`)} and ${itemWasLent('o')} order by o.id desc limit 1)`;

/** Whether an incident ended the item `i`, or is still open for it. */
export const byIncident = sql`(i.incident_id is not null or exists (select from incident n where n.loan_item_id = i.id and n.status = 'open'))`;

/** What the loan's own page shows beyond its reply in the API. */
export const LoanDetails = {
  items: col.listOf(
    col.object({
      id: col.text,
      device: col.object({
        id: col.text,
        assetTag: col.text,
        kind: col.keyOf(kindsOfDevice),
        make: col.text,
        model: col.text,
        serialNumber: col.orNull(col.text),
      }),
      status: col.oneOf(itemStatuses),
      conditionOut: col.orNull(col.text),
      conditionIn: col.orNull(col.text),
      returnNotes: col.orNull(col.text),
      /** Returns of it that were taken back, the day that was said of each and why. */
      takenBack: col.listOf(col.object({ on: col.text, reason: col.text })),
      /** The civil date on which it ended. */
      endedOn: col.orNull(col.text),
      /** The item whose place it took. */
      replacesItemId: col.orNull(col.text),
      /** The last incident about it. */
      incident: col.orNull(
        col.object({ id: col.text, reference: col.text, kind: col.text, status: col.text }),
      ),
      /** An incident ended it, or is still open for it. */
      byIncident: col.boolean,
      /** It came back, and nothing shows that something followed from it. */
      isJustBack: col.boolean,
      /** The instant at which its end was recorded. */
      endedAt: col.orNull(col.text),
      /** The day the data on it ends, while it is out. */
      dataExpiresOn: col.orNull(col.text),
    }),
  ),
  /** The devices that were written down by mistake, each with the one that really went, and why in someone's words. */
  swapped: col.listOf(col.object({ assetTag: col.text, for: col.text, reason: col.orNull(col.text) })),
  /** Whom the borrower trusts, where they may be contacted about what was lent. */
  trusted: col.orNull(col.object(TrustedShown)),
  signature: col.orNull(col.text),
  /** What was wrong, and in whose words, where it was recorded by mistake. */
  mistake: col.orNull(col.oneOf(mistakes)),
  mistakeNote: col.orNull(col.text),
  planName: col.orNull(col.text),
  /** The referral, while it is open. */
  openReferralId: col.orNull(col.text),
  /** It began before these records. */
  takenOver: col.boolean,
};
export type LoanDetails = RowOf<typeof LoanDetails>;

/**
 * A loan's items with their condition out and in, its signature and its support plan: one statement.
 * @throws Problem `not-found`
 */
export async function getLoanDetails(db: Reader, id: string): Promise<LoanDetails> {
  const row = await maybe(db, 'loan.details', LoanDetails)`
    select (select ${trustedJson('device')} from patient p where p.id = l.patient_id) as trusted,
      l.signature, l.taken_over as "takenOver", l.mistake, l.mistake_note as "mistakeNote", (select p.name from patient_plan h join support_plan_version v on v.id = h.version_id join support_plan p on p.id = v.plan_id
        where h.loan_id = l.id order by h.id desc limit 1) as "planName",
      (select r.id from referral r where r.id = l.referral_id and ${isOpenReferral('r')}) as "openReferralId",
      (select json_agg(json_build_object('id', i.id, 'status', i.status, 'conditionOut', i.condition_out, 'conditionIn', i.condition_in,
          'returnNotes', i.return_notes, 'takenBack', coalesce((select json_agg(json_build_object('on', k.returned_on, 'reason', k.reason) order by k.id)
            from return_taken_back k where k.loan_item_id = i.id), '[]'), 'endedOn', i.ended_on, 'replacesItemId', i.replaces_item_id,
          'incident', (select json_build_object('id', n.id, 'reference', n.reference, 'kind', n.kind, 'status', n.status)
            from incident n where n.loan_item_id = i.id and ${didHappen('n')} order by n.id desc limit 1),
          'byIncident', ${byIncident}, 'endedAt', ${jsonInstant('i.ended_at')},
          'isJustBack', i.status = 'returned' and d.status = 'in_preparation'
            and not exists (select from loan_item o where o.device_id = d.id and o.id > i.id and ${itemWasLent('o')}),
          'device', json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model, 'serialNumber', d.serial_number),
          'dataExpiresOn', case when ${isOut('i')} then s.expires_on end) order by i.id)
        from loan_item i join device d on d.id = i.device_id left join data_plan s on s.device_id = d.id and ${isInUse('s')}
        where i.loan_id = l.id and i.swapped_for is null) as items,
      coalesce((select json_agg(json_build_object('assetTag', d.asset_tag, 'for', e.asset_tag, 'reason', i.swap_reason) order by i.id)
        from loan_item i join device d on d.id = i.device_id join loan_item o on o.id = i.swapped_for join device e on e.id = o.device_id
        where i.loan_id = l.id), '[]') as swapped
    from loan l where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** Who holds the devices in the way: a second statement, since the first one's snapshot may be older than the winner. */
export async function notAvailable(db: Reader, stopped: DeviceToIssue[]): Promise<Problem> {
  const rows = await many(db, 'loan.holders', {
    assetTag: col.text,
    status: DeviceToIssue.status,
    loanId: col.orNull(col.text),
  })`
    select d.asset_tag as "assetTag", d.status, i.loan_id as "loanId"
    from device d left join loan_item i on i.device_id = d.id and ${isOut('i')}
    where d.id = any(${stopped.map(({ id }) => id)}::uuid[]) order by d.asset_tag`;
  const withOpenCheck = new Set(
    stopped.flatMap(({ assetTag, hasOpenCheck }) => (hasOpenCheck ? assetTag : [])),
  );
  const conflicts = rows.map(({ loanId, ...conflict }) => ({
    ...conflict,
    ...(loanId && { loanId }),
    ...((conflict.status === 'ready' || conflict.status === 'reserved') &&
      withOpenCheck.has(conflict.assetTag) && { hasOpenCheck: true }),
  }));
  return new Problem('device-not-available', { detail: conflicts.map(whyNot).join(' '), conflicts });
}

/** The open loans of a person, the newest first, with the tags of what is out. */
export async function openLoansOf(
  db: Reader,
  patientId: string,
): Promise<{ id: string; reference: string; assetTags: string[] }[]> {
  return many(db, 'loan.open-of-patient', {
    id: col.text,
    reference: col.text,
    assetTags: col.listOf(col.text),
  })`
    select l.id, l.reference, array(select d.asset_tag from loan_item i join device d on d.id = i.device_id
      where i.loan_id = l.id and ${isOut('i')} order by d.asset_tag) as "assetTags"
    from loan l where l.patient_id = ${patientId} and ${isOpenLoan('l')} order by l.id desc`;
}
